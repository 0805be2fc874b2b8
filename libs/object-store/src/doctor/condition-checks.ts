import { PutObjectCommand } from '@aws-sdk/client-s3';
import { StoreUnavailable, ObjectExists } from '../store-errors.js';
import { notFit } from './advice.js';
import type { DoctorCheck } from './doctor-check.js';
import { OTHER_TEXT, TEXT, type Patient } from './patient.js';

const CONDITIONS = notFit('The store must do conditional writes (If-None-Match, If-Match) in one step: two uploads of one name would take each other\'s place.');

/** Of two writers one wins, and both know. */
export const CONDITION_CHECKS: readonly DoctorCheck[] = [
  { id: 'create-once', means: 'An object can be written where none is, and only there (If-None-Match: *).', severity: 'must', advice: CONDITIONS, run: createOnce },
  { id: 'create-once-taken', means: 'Where an object is, a create is refused and changes nothing.', severity: 'must', advice: CONDITIONS, run: takenRefused },
  { id: 'presigned-put-once', means: 'A presigned PUT works once.', severity: 'must', advice: CONDITIONS, run: secondPutRefused },
  { id: 'create-race', means: 'Of two creates at the same moment exactly one wins.', severity: 'must', advice: CONDITIONS, run: oneCreateWins },
  { id: 'complete-once', means: 'A multipart upload takes no object\'s place either.', severity: 'must', advice: CONDITIONS, run: completeRefused },
  { id: 'write-race', means: 'Of two writes at the same moment one is there whole.', severity: 'must', advice: CONDITIONS, run: oneWriteStays },
  { id: 'if-match', means: 'An object can be replaced by who knows its ETag.', severity: 'should', advice: CONDITIONS, run: matchWorks },
  { id: 'if-match-other', means: 'A write with another ETag is refused.', severity: 'should', advice: CONDITIONS, run: otherMatchRefused },
  { id: 'if-match-absent', means: 'A write with an ETag makes no object where none is.', severity: 'should', advice: CONDITIONS, run: absentMatchRefused },
];

async function createOnce(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  await patient.store.put(key, TEXT, { onlyIfAbsent: true });
  return patient.changed(key);
}

async function takenRefused(patient: Patient): Promise<string | null> {
  const key = await patient.writtenKey();
  const outcome = await outcomeOf(patient.store.put(key, OTHER_TEXT, { onlyIfAbsent: true }));
  return outcome instanceof ObjectExists ? patient.changed(key) : wrongOutcome(outcome);
}

async function secondPutRefused(patient: Patient): Promise<string | null> {
  const { url, headers } = patient.presignedPut(patient.freshKey());
  const put = async (): Promise<number> => (await patient.sendTo(url, { method: 'PUT', headers, body: TEXT })).status;
  const statuses = [await put(), await put()];
  return statuses[0] === 200 && statuses[1] === 412 ? null : `the two PUTs were answered ${statuses.join(' and ')}`;
}

async function oneCreateWins(patient: Patient): Promise<string | null> {
  // One round can come out right by chance.
  for (let round = 0; round < 3; round += 1) {
    const key = patient.freshKey();
    const outcomes = await Promise.all([TEXT, OTHER_TEXT].map((bytes) => outcomeOf(patient.store.put(key, bytes, { onlyIfAbsent: true }))));
    const won = outcomes.filter((outcome) => outcome === null).length;
    const lost = outcomes.filter((outcome) => outcome instanceof ObjectExists).length;
    if (won !== 1 || lost !== 1) return `${won} of 2 were accepted`;
  }
  return null;
}

async function completeRefused(patient: Patient): Promise<string | null> {
  const key = await patient.writtenKey();
  const outcome = await outcomeOf(patient.store.compose(key, [{ kind: 'bytes', bytes: OTHER_TEXT }], { onlyIfAbsent: true }));
  return outcome instanceof ObjectExists ? patient.changed(key) : wrongOutcome(outcome);
}

async function oneWriteStays(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  const [one, other] = [Buffer.alloc(200_000, 'a'), Buffer.alloc(300_000, 'b')];
  await Promise.all([patient.store.put(key, one), patient.store.put(key, other)]);
  const there = Buffer.from(await patient.store.getBytes(key, 400_000));
  return there.equals(one) || there.equals(other) ? null : 'the object is a mixture of both';
}

async function matchWorks(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  const { etag } = await patient.store.put(key, OTHER_TEXT);
  const outcome = await outcomeOf(putIfMatch(patient, key, etag));
  return outcome === null ? patient.changed(key) : wrongOutcome(outcome);
}

async function otherMatchRefused(patient: Patient): Promise<string | null> {
  const key = await patient.writtenKey();
  const status = statusOf(await outcomeOf(putIfMatch(patient, key, '"00000000000000000000000000000000"', OTHER_TEXT)));
  return status === 412 ? patient.changed(key) : `it was answered ${status}`;
}

async function absentMatchRefused(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  const status = statusOf(await outcomeOf(putIfMatch(patient, key, '"00000000000000000000000000000000"')));
  if ((await patient.store.head(key)) !== null) return 'the object was written';
  return status === 404 || status === 412 ? null : `it was answered ${status}`;
}

const putIfMatch = (patient: Patient, Key: string, IfMatch: string, Body: Buffer = TEXT): Promise<unknown> => patient.client.send(new PutObjectCommand({ Bucket: patient.bucket, Key, Body, IfMatch }));

/** Null: it was accepted. */
async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => null,
    (error: unknown) => error,
  );
}

function wrongOutcome(outcome: unknown): string {
  if (outcome === null) return 'the write was accepted';
  if (outcome instanceof StoreUnavailable) return 'the store did not answer';
  return `the write failed for another reason: ${outcome instanceof Error ? outcome.message : 'unknown'}`;
}

/** Of an error of the SDK; 200 when there was none. */
function statusOf(outcome: unknown): number {
  return outcome === null ? 200 : ((outcome as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0);
}
