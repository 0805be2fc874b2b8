import { CreateMultipartUploadCommand, ListObjectsV2Command, PutObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { createS3Client } from '../s3-client.js';
import { readonlyToken } from './advice.js';
import type { DoctorCheck } from './doctor-check.js';
import { OTHER_TEXT, TEXT, type Patient } from './patient.js';

type Client = ReturnType<typeof createS3Client>;

/** The credential of training reads this bucket and does nothing else. Only with the credential given. */
export const READONLY_CHECKS: readonly DoctorCheck[] = [
  { id: 'readonly-reads', means: 'The read-only credential can read.', severity: 'must', advice: readonlyToken, run: reads },
  { id: 'readonly-no-create', means: 'The read-only credential cannot make an object.', severity: 'must', advice: readonlyToken, run: (patient) => noWrite(patient, (client, Bucket) => client.send(new PutObjectCommand({ Bucket, Key: patient.freshKey(), Body: OTHER_TEXT }))) },
  { id: 'readonly-no-overwrite', means: 'The read-only credential cannot overwrite an object.', severity: 'must', advice: readonlyToken, run: (patient) => noWrite(patient, (client, Bucket, Key) => client.send(new PutObjectCommand({ Bucket, Key, Body: OTHER_TEXT }))) },
  { id: 'readonly-no-delete', means: 'The read-only credential cannot delete.', severity: 'must', advice: readonlyToken, run: (patient) => noWrite(patient, deleteOne) },
  { id: 'readonly-no-multipart', means: 'The read-only credential cannot begin an upload.', severity: 'must', advice: readonlyToken, run: (patient) => noWrite(patient, (client, Bucket) => client.send(new CreateMultipartUploadCommand({ Bucket, Key: patient.freshKey() }))) },
  { id: 'readonly-other-bucket', means: 'The read-only credential reads no other bucket.', severity: 'must', advice: readonlyToken, run: otherBucketClosed },
];

async function asReader<T>({ options }: Patient, work: (client: Client) => Promise<T>): Promise<T> {
  const client = createS3Client({ ...options.store, ...options.readonlyCredential });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

async function reads(patient: Patient): Promise<string | null> {
  const { prefix, bucket } = patient;
  await patient.writtenKey();
  const status = await asReader(patient, (client) => statusOf(client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 }))));
  return status === 200 ? null : `it was answered ${status}`;
}

/** A refusal that is not about permission proves nothing. */
async function noWrite(patient: Patient, write: (client: Client, bucket: string, key: string) => Promise<unknown>): Promise<string | null> {
  const key = await patient.writtenKey();
  const status = await asReader(patient, (client) => statusOf(write(client, patient.bucket, key)));
  if (status === 200) return 'it was accepted';
  if (status !== 403 && status !== 401) return `it failed for another reason than permission (${status})`;
  return (await patient.store.head(key))?.sizeBytes === TEXT.length ? null : 'the object was changed all the same';
}

/** Refusals of single keys come inside an answer of 200. */
async function deleteOne(client: Client, Bucket: string, Key: string): Promise<void> {
  const { Errors: errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }], Quiet: true } }));
  if (errors.length > 0) throw Object.assign(new Error('refused'), { $metadata: { httpStatusCode: errors[0]?.Code === 'AccessDenied' ? 403 : 500 } });
}

async function otherBucketClosed(patient: Patient): Promise<string | null> {
  const Bucket = `${patient.bucket.slice(0, 57)}-other`;
  const status = await asReader(patient, (client) => statusOf(client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }))));
  return status === 200 ? 'another bucket was listed' : null;
}

async function statusOf(call: Promise<unknown>): Promise<number> {
  return call.then(
    () => 200,
    (error: { $metadata?: { httpStatusCode?: number } }) => error.$metadata?.httpStatusCode ?? 0,
  );
}
