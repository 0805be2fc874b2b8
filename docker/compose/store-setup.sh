#!/bin/sh
# Makes the bucket and its two users. mc reads the store's address and root from MC_HOST_store.
set -eu
mc mb --ignore-existing "store/$S3_BUCKET"
mc anonymous set none "store/$S3_BUCKET"

policy() {
  cat > "/tmp/$1.json" <<JSON
{ "Version": "2012-10-17", "Statement": [
  { "Effect": "Allow", "Action": [$2], "Resource": ["arn:aws:s3:::$S3_BUCKET/*"] },
  { "Effect": "Allow", "Action": [$3], "Resource": ["arn:aws:s3:::$S3_BUCKET"] } ] }
JSON
  mc admin policy create store "$1" "/tmp/$1.json"
}
policy vision-write '"s3:GetObject","s3:PutObject","s3:DeleteObject","s3:AbortMultipartUpload","s3:ListMultipartUploadParts"' '"s3:ListBucket","s3:ListBucketMultipartUploads","s3:GetBucketLocation"'
policy vision-read '"s3:GetObject"' '"s3:ListBucket","s3:GetBucketLocation"'

# A user that has the policy already is no fault.
user() {
  mc admin user add store "$1" "$2"
  mc admin policy attach store "$3" --user "$1" || mc admin policy entities store --user "$1" | grep -q "$3"
}
user "$S3_ACCESS_KEY_ID" "$S3_SECRET_ACCESS_KEY" vision-write
user "$S3_READONLY_ACCESS_KEY_ID" "$S3_READONLY_SECRET_ACCESS_KEY" vision-read
