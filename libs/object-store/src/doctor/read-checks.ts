import { notFit, objectWrite } from './advice.js';
import type { DoctorCheck } from './doctor-check.js';
import { OTHER_TEXT, TEXT, type Patient } from './patient.js';

const READS = notFit('The store must answer reads with what is there now.');

/** Reading gives the truth: parts, sizes, lists. */
export const READ_CHECKS: readonly DoctorCheck[] = [
  { id: 'range-get', means: 'A part of an object can be read by itself.', severity: 'must', advice: READS, run: rangeIsExact },
  { id: 'range-outside', means: 'A range behind the end is refused.', severity: 'should', advice: READS, run: rangeOutsideRefused },
  { id: 'head', means: 'Size and ETag of an object can be asked for.', severity: 'must', advice: READS, run: headIsExact },
  { id: 'read-after-write', means: 'A read after an overwrite gives the new bytes.', severity: 'must', advice: READS, run: overwriteIsSeen },
  { id: 'list-after-delete', means: 'What was deleted is in no list any more.', severity: 'must', advice: objectWrite, run: deleteIsSeen },
];

async function rangeIsExact(patient: Patient): Promise<string | null> {
  const target = patient.target({ method: 'GET', key: await patient.writtenKey() });
  const got = await patient.send({ method: 'GET', target, headers: { range: 'bytes=8-9' } });
  const range = got.headers['content-range'];
  return got.status === 206 && got.body.toString() === 'by' && range === `bytes 8-9/${TEXT.length}` ? null : `it was answered ${got.status} with ${got.body.length} bytes`;
}

async function rangeOutsideRefused(patient: Patient): Promise<string | null> {
  const target = patient.target({ method: 'GET', key: await patient.writtenKey() });
  const status = await patient.statusOf({ method: 'GET', target, headers: { range: `bytes=${TEXT.length}-` } });
  return status === 416 ? null : `it was answered ${status}`;
}

async function headIsExact(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  const { etag } = await patient.store.put(key, TEXT);
  const head = await patient.store.head(key);
  if (head === null) return 'the object was not found';
  return head.sizeBytes === TEXT.length && head.etag === etag ? null : `${head.sizeBytes} bytes, or another ETag than the write had`;
}

async function overwriteIsSeen(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  await patient.store.put(key, OTHER_TEXT);
  await patient.store.put(key, TEXT);
  return patient.changed(key);
}

async function deleteIsSeen(patient: Patient): Promise<string | null> {
  const [key, other] = [await patient.writtenKey(), await patient.writtenKey()];
  await patient.store.delete([key]);
  const keys = await patient.keys();
  if (keys.includes(key)) return 'the deleted object is still listed';
  return keys.includes(other) ? null : 'an object that was written is not listed';
}
