import { closePublic, notFit } from './advice.js';
import type { DoctorCheck } from './doctor-check.js';
import { isRefused, OTHER_TEXT, TEXT, type Patient } from './patient.js';

const HEADERS = notFit('The store must hold a client to the signed headers, and refuse x-amz- headers that are not signed.');

/** A presigned PUT writes what was signed, and nothing that was not. */
export const SIGNED_PUT_CHECKS: readonly DoctorCheck[] = [
  { id: 'put-type-signed', means: 'A presigned PUT takes no other Content-Type than the signed one.', severity: 'must', advice: HEADERS, run: (patient) => otherRefused(patient, { headers: { 'content-type': 'text/html' } }) },
  { id: 'put-length-signed', means: 'A presigned PUT takes no other length than the signed one.', severity: 'must', advice: HEADERS, run: (patient) => otherRefused(patient, { body: Buffer.concat([TEXT, TEXT]) }) },
  { id: 'put-bytes-signed', means: 'A presigned PUT takes no other bytes than those of the signed SHA-256.', severity: 'must', advice: HEADERS, run: (patient) => otherRefused(patient, { body: OTHER_TEXT }) },
  { id: 'put-copy-source', means: 'A presigned PUT cannot be made to copy another object.', severity: 'must', advice: HEADERS, run: copySourceRefused },
  { id: 'put-acl', means: 'A presigned PUT cannot make its object public.', severity: 'must', advice: HEADERS, run: aclWithoutEffect },
  { id: 'put-metadata', means: 'A presigned PUT takes no metadata that was not signed.', severity: 'should', advice: HEADERS, run: metadataWithoutEffect },
  { id: 'anonymous-get', means: 'Nobody reads an object without a signature.', severity: 'must', advice: closePublic, run: anonymousGetRefused },
  { id: 'anonymous-list', means: 'Nobody lists the bucket without a signature.', severity: 'must', advice: closePublic, run: anonymousListRefused },
  { id: 'anonymous-put', means: 'Nobody writes without a signature.', severity: 'must', advice: closePublic, run: anonymousPutRefused },
];

async function otherRefused(patient: Patient, other: { readonly headers?: Record<string, string>; readonly body?: Buffer }): Promise<string | null> {
  const key = patient.freshKey();
  const body = other.body ?? TEXT;
  const { url, headers } = patient.presignedPut(key);
  const { status } = await patient.sendTo(url, { method: 'PUT', headers: { ...headers, 'content-length': String(body.length), ...other.headers }, body });
  if ((await patient.store.head(key)) !== null) return 'the object was written';
  return isRefused(status) ? null : `it was answered ${status}`;
}

async function copySourceRefused(patient: Patient): Promise<string | null> {
  const [source, key] = [patient.freshKey(), patient.freshKey()];
  await patient.store.put(source, OTHER_TEXT);
  await putWith(patient, key, { 'x-amz-copy-source': `/${patient.bucket}/${source}` });
  // Ignored is as good as refused, as long as nothing was copied.
  return withoutEffect(patient, key);
}

async function aclWithoutEffect(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  await putWith(patient, key, { 'x-amz-acl': 'public-read' });
  const status = await patient.statusOf({ method: 'GET', target: `/${patient.bucket}/${key}` });
  return isRefused(status) ? null : `the object can be read by everybody (${status})`;
}

async function metadataWithoutEffect(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  await putWith(patient, key, { 'x-amz-meta-doctor': 'unsigned' });
  const { headers } = await patient.send({ method: 'GET', target: patient.target({ method: 'GET', key }) });
  return headers['x-amz-meta-doctor'] === undefined ? null : 'the metadata was kept';
}

async function putWith(patient: Patient, key: string, extra: Record<string, string>): Promise<number> {
  const { url, headers } = patient.presignedPut(key);
  return (await patient.sendTo(url, { method: 'PUT', headers: { ...headers, ...extra }, body: TEXT })).status;
}

async function withoutEffect(patient: Patient, key: string): Promise<string | null> {
  const there = await patient.store.head(key);
  return there === null || (await patient.changed(key)) === null ? null : 'the other object was copied';
}

async function anonymousGetRefused(patient: Patient): Promise<string | null> {
  const status = await patient.statusOf({ method: 'GET', target: `/${patient.bucket}/${await patient.writtenKey()}` });
  return isRefused(status) ? null : `it was answered ${status}`;
}

async function anonymousListRefused(patient: Patient): Promise<string | null> {
  const status = await patient.statusOf({ method: 'GET', target: `/${patient.bucket}/?list-type=2&max-keys=1` });
  return isRefused(status) ? null : `it was answered ${status}`;
}

async function anonymousPutRefused(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  const status = await patient.statusOf({ method: 'PUT', target: `/${patient.bucket}/${key}`, body: TEXT });
  if ((await patient.store.head(key)) !== null) return 'the object was written';
  return isRefused(status) ? null : `it was answered ${status}`;
}
