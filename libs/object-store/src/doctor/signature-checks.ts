import { notFit, publicEndpoint } from './advice.js';
import type { DoctorCheck } from './doctor-check.js';
import { isRefused, TEXT, type Patient, type SignedTarget } from './patient.js';

const EXPIRES = notFit('The store must keep the life of presigned URLs: 1 to 604800 seconds, and none after it.');
const SIGNED = notFit('The store must compare the signature with the whole request.');

/** Presigned URLs hold what they promise and nothing else. */
export const SIGNATURE_CHECKS: readonly DoctorCheck[] = [
  { id: 'presigned-works', means: 'Browsers can put and get objects by presigned URLs.', severity: 'must', advice: publicEndpoint, run: presignedWorks },
  { id: 'presigned-life-short', means: 'A presigned URL of one minute works within it.', severity: 'must', advice: publicEndpoint, run: shortLifeWorks },
  { id: 'presigned-life-zero', means: 'A presigned URL of no life at all is refused.', severity: 'must', advice: EXPIRES, run: (patient) => lifeRefused(patient, 0) },
  { id: 'presigned-life-too-long', means: 'A presigned URL of more than seven days is refused.', severity: 'should', advice: EXPIRES, run: (patient) => lifeRefused(patient, 604_801) },
  { id: 'presigned-life-negative', means: 'A presigned URL of negative life is refused.', severity: 'must', advice: EXPIRES, run: (patient) => lifeRefused(patient, -7) },
  { id: 'presigned-get-expired', means: 'A presigned GET is refused after its time.', severity: 'must', advice: EXPIRES, run: expiredGetRefused },
  { id: 'presigned-put-expired', means: 'A presigned PUT is refused after its time, and writes nothing.', severity: 'must', advice: EXPIRES, run: expiredPutRefused },
  { id: 'presigned-future', means: 'A presigned URL signed for a day ahead is refused.', severity: 'should', advice: EXPIRES, run: futureRefused },
  { id: 'signature-wrong', means: 'A URL with another signature is refused.', severity: 'must', advice: SIGNED, run: wrongSignatureRefused },
  { id: 'signature-removed', means: 'A presigned URL without its signature is refused.', severity: 'must', advice: SIGNED, run: removedSignatureRefused },
  { id: 'signature-life-raised', means: 'The life of a presigned URL cannot be raised by its holder.', severity: 'must', advice: SIGNED, run: raisedLifeRefused },
  { id: 'signature-method-swap', means: 'A URL for reading cannot be used to write or to delete.', severity: 'must', advice: SIGNED, run: methodSwapRefused },
  { id: 'signature-key-swap', means: 'A URL for one object reads no other.', severity: 'must', advice: SIGNED, run: keySwapRefused },
  { id: 'signature-bucket-swap', means: 'A URL for one bucket reads no other.', severity: 'must', advice: SIGNED, run: bucketSwapRefused },
  { id: 'signature-query-added', means: 'A URL for reading an object cannot be turned into another call by its query.', severity: 'must', advice: SIGNED, run: queryAddedRefused },
];

async function presignedWorks(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  const { url, headers } = patient.presignedPut(key);
  const put = await patient.sendTo(url, { method: 'PUT', headers, body: TEXT });
  if (put.status !== 200) return `the PUT was answered ${put.status}`;
  const got = await patient.sendTo(patient.presigner.presignGet(key).url, { method: 'GET' });
  return got.status === 200 && got.body.equals(TEXT) ? null : `the GET was answered ${got.status}`;
}

async function shortLifeWorks(patient: Patient): Promise<string | null> {
  const status = await patient.statusOf(await ofWritten(patient, { expiresInSeconds: 60 }));
  return status === 200 ? null : `it was answered ${status}`;
}

async function lifeRefused(patient: Patient, expiresInSeconds: number): Promise<string | null> {
  return refused(await patient.statusOf(await ofWritten(patient, { expiresInSeconds })));
}

async function expiredGetRefused(patient: Patient): Promise<string | null> {
  return refused(await patient.statusOf(await ofWritten(patient, { expiresInSeconds: 60, at: inSeconds(-3_600) })));
}

async function expiredPutRefused(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  const status = await patient.statusOf({ method: 'PUT', target: patient.target({ method: 'PUT', key, expiresInSeconds: 60, at: inSeconds(-3_600) }), body: TEXT });
  if ((await patient.store.head(key)) !== null) return 'the object was written';
  return refused(status);
}

async function futureRefused(patient: Patient): Promise<string | null> {
  return refused(await patient.statusOf(await ofWritten(patient, { expiresInSeconds: 60, at: inSeconds(86_400) })));
}

async function wrongSignatureRefused(patient: Patient): Promise<string | null> {
  const { target } = await ofWritten(patient, {});
  const swapped = target.replace(/(X-Amz-Signature=)(.)/, (_, name: string, digit: string) => `${name}${digit === '0' ? '1' : '0'}`);
  return refused(await patient.statusOf({ method: 'GET', target: swapped }));
}

async function removedSignatureRefused(patient: Patient): Promise<string | null> {
  const { target } = await ofWritten(patient, {});
  return refused(await patient.statusOf({ method: 'GET', target: target.replace(/&X-Amz-Signature=.*$/, '') }));
}

async function raisedLifeRefused(patient: Patient): Promise<string | null> {
  const { target } = await ofWritten(patient, { expiresInSeconds: 60 });
  return refused(await patient.statusOf({ method: 'GET', target: target.replace('X-Amz-Expires=60', 'X-Amz-Expires=86400') }));
}

async function methodSwapRefused(patient: Patient): Promise<string | null> {
  const key = await patient.writtenKey();
  const target = patient.target({ method: 'GET', key });
  for (const method of ['PUT', 'DELETE', 'HEAD', 'POST']) {
    const status = await patient.statusOf({ method, target, ...(method === 'PUT' ? { body: Buffer.from('swapped') } : {}) });
    // 501: a call that the store does not know.
    if (!isRefused(status) && status !== 501) return `${method} was answered ${status}`;
  }
  return patient.changed(key);
}

async function keySwapRefused(patient: Patient): Promise<string | null> {
  const [mine, other] = [await patient.writtenKey(), await patient.writtenKey()];
  const target = patient.target({ method: 'GET', key: mine }).replace(`${mine}?`, `${other}?`);
  return refused(await patient.statusOf({ method: 'GET', target }));
}

async function bucketSwapRefused(patient: Patient): Promise<string | null> {
  const { target } = await ofWritten(patient, {});
  return refused(await patient.statusOf({ method: 'GET', target: target.replace(`/${patient.bucket}/`, `/${patient.bucket}-other/`) }));
}

async function queryAddedRefused(patient: Patient): Promise<string | null> {
  const { target } = await ofWritten(patient, {});
  for (const name of ['acl', 'uploads', 'versionId', 'tagging']) {
    const status = await patient.statusOf({ method: 'GET', target: `${target}&${name}=` });
    if (!isRefused(status) && status !== 501) return `?${name} was answered ${status}`;
  }
  return null;
}

async function ofWritten(patient: Patient, of: Partial<SignedTarget>): Promise<{ method: string; target: string }> {
  return { method: 'GET', target: patient.target({ method: 'GET', key: await patient.writtenKey(), ...of }) };
}

const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1000);
const refused = (status: number): string | null => (isRefused(status) ? null : `it was answered ${status}`);
