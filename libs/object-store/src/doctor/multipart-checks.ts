import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { MIN_PART_BYTES } from '../part-plan.js';
import { notFit, objectWrite, publicEndpoint } from './advice.js';
import type { DoctorCheck } from './doctor-check.js';
import { TEXT, type Patient } from './patient.js';

const PARTS = notFit('The store must put an object together from exactly the parts that are named, or refuse.');

/** Large files: in parts, by presigned URLs, whole or not at all. */
export const MULTIPART_CHECKS: readonly DoctorCheck[] = [
  { id: 'multipart-works', means: 'A file of several parts becomes one object.', severity: 'must', advice: objectWrite, heavy: true, run: partsBecomeOne },
  { id: 'multipart-presigned', means: 'Browsers can put parts by presigned URLs, and the store lists what arrived.', severity: 'must', advice: publicEndpoint, run: presignedPartArrives },
  { id: 'multipart-missing-part', means: 'A multipart upload that lacks a part is not completed.', severity: 'must', advice: PARTS, run: (patient) => notCompleted(patient, [{ PartNumber: 1 }, { PartNumber: 2, ETag: '"00000000000000000000000000000000"' }]) },
  { id: 'multipart-wrong-etag', means: 'A part that was changed on its way is not completed.', severity: 'must', advice: PARTS, run: (patient) => notCompleted(patient, [{ PartNumber: 1, ETag: '"00000000000000000000000000000000"' }]) },
  { id: 'multipart-empty', means: 'A multipart upload without parts makes no object.', severity: 'should', advice: PARTS, run: (patient) => notCompleted(patient, []) },
  { id: 'multipart-too-small', means: 'A part but the last that is smaller than 5 MiB is refused.', severity: 'should', advice: PARTS, run: tooSmallRefused },
  { id: 'multipart-abort', means: 'A multipart upload that is given up leaves nothing.', severity: 'must', advice: objectWrite, run: abortLeavesNothing },
  { id: 'ranged-copy', means: 'Ranges are copied inside the store, so that a new version costs no transfer.', severity: 'must', advice: notFit('The store must know UploadPartCopy with a range.'), heavy: true, run: rangesCopied },
];

interface Named {
  readonly PartNumber: number;
  /** Absent: the true one. */
  readonly ETag?: string;
}

async function begin(patient: Patient): Promise<{ Bucket: string; Key: string; UploadId: string | undefined }> {
  const upload = { Bucket: patient.bucket, Key: patient.freshKey() };
  return { ...upload, UploadId: (await patient.client.send(new CreateMultipartUploadCommand(upload))).UploadId };
}

async function partsBecomeOne(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  await patient.store.compose(key, [
    { kind: 'bytes', bytes: Buffer.alloc(MIN_PART_BYTES, 'x') },
    { kind: 'bytes', bytes: TEXT },
  ]);
  const end = await patient.store.getBytes(key, 1_000, { range: { start: MIN_PART_BYTES - 1 } });
  return Buffer.from(end).toString() === `x${TEXT.toString()}` ? null : 'the object has other bytes';
}

async function presignedPartArrives(patient: Patient): Promise<string | null> {
  const upload = await begin(patient);
  const target = patient.target({ method: 'PUT', key: upload.Key, query: { partNumber: '1', uploadId: upload.UploadId ?? '' }, headers: { 'content-length': String(TEXT.length) } });
  const put = await patient.send({ method: 'PUT', target, headers: { 'content-length': String(TEXT.length) }, body: TEXT });
  if (put.status !== 200) return `the PUT was answered ${put.status}`;
  const { Parts: parts = [] } = await patient.client.send(new ListPartsCommand(upload));
  return parts.length === 1 && parts[0]?.Size === TEXT.length && parts[0].ETag === put.headers.etag ? null : `${parts.length} parts are listed`;
}

async function notCompleted(patient: Patient, named: readonly Named[]): Promise<string | null> {
  const upload = await begin(patient);
  const { ETag } = await patient.client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: TEXT }));
  return completeRefused(patient, upload, named.map((part) => ({ ETag, ...part })));
}

async function tooSmallRefused(patient: Patient): Promise<string | null> {
  const upload = await begin(patient);
  const Parts = [];
  for (const PartNumber of [1, 2]) Parts.push({ PartNumber, ETag: (await patient.client.send(new UploadPartCommand({ ...upload, PartNumber, Body: TEXT }))).ETag });
  return completeRefused(patient, upload, Parts);
}

async function completeRefused(patient: Patient, upload: Awaited<ReturnType<typeof begin>>, Parts: { PartNumber: number; ETag: string | undefined }[]): Promise<string | null> {
  const accepted = await patient.client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })).then(
    () => true,
    () => false,
  );
  return accepted || (await patient.store.head(upload.Key)) !== null ? 'it was accepted' : null;
}

async function abortLeavesNothing(patient: Patient): Promise<string | null> {
  const upload = await begin(patient);
  await patient.client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: TEXT }));
  await patient.client.send(new AbortMultipartUploadCommand(upload));
  const { Uploads: open = [] } = await patient.client.send(new ListMultipartUploadsCommand({ Bucket: patient.bucket, Prefix: upload.Key }));
  if (open.some(({ UploadId }) => UploadId === upload.UploadId)) return 'the upload is still open';
  return (await patient.store.head(upload.Key)) === null ? null : 'an object was made';
}

async function rangesCopied(patient: Patient): Promise<string | null> {
  const [source, target] = [patient.freshKey(), patient.freshKey()];
  // More than 5 MiB: S3 copies no range of less.
  await patient.store.put(source, Buffer.concat([TEXT, Buffer.alloc(MIN_PART_BYTES, 'x')]));
  const start = TEXT.length;
  await patient.store.compose(target, [
    { kind: 'copy', key: source, range: { start, end: start + MIN_PART_BYTES - 1 } },
    { kind: 'bytes', bytes: TEXT },
  ]);
  const end = await patient.store.getBytes(target, 1_000, { range: { start: MIN_PART_BYTES - 1 } });
  return Buffer.from(end).toString() === `x${TEXT.toString()}` ? null : 'the composed object has other bytes';
}
