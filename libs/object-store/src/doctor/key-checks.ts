import { CopyObjectCommand } from '@aws-sdk/client-s3';
import { notFit } from './advice.js';
import type { DoctorCheck } from './doctor-check.js';
import { isRefused, TEXT, type Patient } from './patient.js';

const LITERAL = notFit('The store must take a key as it is, or refuse it; a path that is folded reaches other objects.');

/** Keys that look like paths stay names. */
export const KEY_CHECKS: readonly DoctorCheck[] = [
  { id: 'key-dot-dot', means: 'A key with `..` stays as it is or is refused.', severity: 'must', advice: LITERAL, run: (patient) => stays(patient, { key: 'a/../b', sent: 'a/../b', folded: 'b' }) },
  { id: 'key-encoded-dot-dot', means: 'A key with `%2e%2e` is no way up either.', severity: 'must', advice: LITERAL, run: (patient) => stays(patient, { key: 'c/../d', sent: 'c/%2e%2e/d', folded: 'd' }) },
  { id: 'key-double-slash', means: 'A key with `//` is another one than with `/`.', severity: 'must', advice: LITERAL, run: (patient) => stays(patient, { key: 'e//f', sent: 'e//f', folded: 'e/f' }) },
  { id: 'key-leading-slash', means: 'A key with a leading `/` is another one than without.', severity: 'must', advice: LITERAL, run: leadingSlashIsAnother },
  { id: 'key-other-bucket', means: 'No key leads into another bucket.', severity: 'must', advice: LITERAL, run: otherBucketUnreachable },
  { id: 'key-copy-source', means: 'No source of a copy leads out of the bucket.', severity: 'must', advice: LITERAL, run: copySourceStays },
  { id: 'key-delete-list', means: 'A list of keys to delete removes exactly these keys.', severity: 'must', advice: LITERAL, run: deleteListIsLiteral },
];

/** `folded`: where the object would lie if the store took the key for a path. */
async function stays(patient: Patient, of: { readonly key: string; readonly sent: string; readonly folded: string }): Promise<string | null> {
  const key = `${patient.prefix}${of.key}`;
  const target = patient.target({ method: 'PUT', key }).replace(`${key}?`, `${patient.prefix}${of.sent}?`);
  const status = await patient.statusOf({ method: 'PUT', target, body: TEXT });
  const keys = await patient.keys();
  if (keys.includes(`${patient.prefix}${of.folded}`)) return `the object lies at ${of.folded}`;
  if (isRefused(status)) return null;
  return status === 200 && keys.includes(key) ? null : `the PUT was answered ${status}, and the key is not in the list`;
}

async function leadingSlashIsAnother(patient: Patient): Promise<string | null> {
  const status = await patient.statusOf({ method: 'GET', target: patient.target({ method: 'GET', key: `/${await patient.writtenKey()}` }) });
  return isRefused(status) ? null : `the object was found (${status})`;
}

async function otherBucketUnreachable(patient: Patient): Promise<string | null> {
  const key = await patient.writtenKey();
  // Out of the bucket and in again: whoever folds it finds the object.
  const up = `x/../../${patient.bucket}/${key}`;
  for (const sent of [up, up.replaceAll('..', '%2e%2e')]) {
    const target = patient.target({ method: 'GET', key: up }).replace(`${up}?`, `${sent}?`);
    const status = await patient.statusOf({ method: 'GET', target });
    if (!isRefused(status)) return `a path over the bucket's edge was answered ${status}`;
  }
  return null;
}

async function copySourceStays(patient: Patient): Promise<string | null> {
  const [source, target] = [await patient.writtenKey(), patient.freshKey()];
  const CopySource = `${patient.bucket}-other/../${patient.bucket}/${source}`;
  try {
    await patient.client.send(new CopyObjectCommand({ Bucket: patient.bucket, Key: target, CopySource }));
    return 'the copy was made';
  } catch (error) {
    return (await patient.store.head(target)) === null ? null : String(error);
  }
}

async function deleteListIsLiteral(patient: Patient): Promise<string | null> {
  const key = await patient.writtenKey();
  // Refused is fine; the object must stay.
  await patient.store.delete([key.replace(patient.prefix, `${patient.prefix}x/../`), key.replace(patient.prefix, `${patient.prefix}/`)]).catch(() => undefined);
  return (await patient.store.head(key)) === null ? 'another object was deleted' : null;
}
