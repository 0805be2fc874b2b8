# Debian's boto3 against the bucket: a client that is not ours. Settings come as JSON in OUTSIDE_CLIENT, what was seen goes out as JSON.
import hashlib
import json
import os
import urllib.error
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import ClientError

given = json.loads(os.environ["OUTSIDE_CLIENT"])
MIB = 1024 * 1024


def client(key, secret):
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1})
    return boto3.client("s3", endpoint_url=given["endpoint"], region_name="auto", aws_access_key_id=key, aws_secret_access_key=secret, config=config)


def refusal(call, **arguments):
    try:
        call(**arguments)
        return "accepted"
    except ClientError as error:
        return error.response["Error"]["Code"]


bucket, key = given["bucket"], given["key"]
s3 = client(given["access_key_id"], given["secret_access_key"])
reader = client(given["readonly_access_key_id"], given["readonly_secret_access_key"])
seen = {}

pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=given["prefix"], PaginationConfig={"PageSize": 2})
seen["listed"] = [one["Key"] for page in pages for one in page.get("Contents", [])]
whole = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
part = s3.get_object(Bucket=bucket, Key=key, Range="bytes=10-29")
seen["whole_sha256"] = hashlib.sha256(whole).hexdigest()
seen["range_is_exact"] = part["Body"].read() == whole[10:30] and part["ContentRange"] == "bytes 10-29/%d" % len(whole)
seen["head_bytes"] = s3.head_object(Bucket=bucket, Key=key)["ContentLength"]
with urllib.request.urlopen(given["presigned_by_us"]) as answer:
    seen["presigned_by_us_sha256"] = hashlib.sha256(answer.read()).hexdigest()
    seen["disposition"] = answer.headers["content-disposition"]
seen["presigned_by_boto3"] = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=300)

large = os.urandom(MIB) * 12
with open(given["file"], "wb") as out:
    out.write(large)
target = given["outside_prefix"] + "여러 부분 #1.bin"
# Equal parts but the last, as R2 wants them.
s3.upload_file(given["file"], bucket, target, Config=TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB))
head = s3.head_object(Bucket=bucket, Key=target)
seen["multipart_etag_parts"] = head["ETag"].strip('"').split("-")[1]
seen["multipart_same"] = s3.get_object(Bucket=bucket, Key=target)["Body"].read() == large
s3.copy_object(Bucket=bucket, Key=target + ".copy", CopySource={"Bucket": bucket, "Key": target})
seen["copied_bytes"] = s3.head_object(Bucket=bucket, Key=target + ".copy")["ContentLength"]

seen["reader_reads"] = len(reader.get_object(Bucket=bucket, Key=key)["Body"].read()) == len(whole)
seen["reader_puts"] = refusal(reader.put_object, Bucket=bucket, Key=given["outside_prefix"] + "no", Body=b"x")
seen["reader_overwrites"] = refusal(reader.put_object, Bucket=bucket, Key=key, Body=b"x")
seen["reader_deletes"] = refusal(reader.delete_object, Bucket=bucket, Key=key)
seen["reader_begins"] = refusal(reader.create_multipart_upload, Bucket=bucket, Key=given["outside_prefix"] + "no")
seen["wrong_secret"] = refusal(client(given["access_key_id"], "wrong" * 8).list_objects_v2, Bucket=bucket)

s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": target}, {"Key": target + ".copy"}]})
seen["left"] = s3.list_objects_v2(Bucket=bucket, Prefix=given["outside_prefix"])["KeyCount"]
print(json.dumps(seen))
