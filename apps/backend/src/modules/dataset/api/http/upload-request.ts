import { randomUUID } from 'node:crypto';
import { DomainError, isUuid } from '@app/kernel';
import type { Multipart, MultipartFile, MultipartValue } from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fileBytes, nextPart } from '../../../../platform/http/form-parts.js';
import type { UploadDatasetInput } from '../../application/commands/upload-dataset/upload-dataset.command.js';

/** What bytes that are no UTF-8 become. */
const UNDECODABLE = '\ufffd';

/** Aborts when the client goes away before its answer. */
export function disconnectSignal(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  // Of the answer, not of the socket: that one lives on and would gather a listener a request.
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) left.abort(new DomainError('malformed-request', 'The client went away.'));
  });
  return left.signal;
}

/** The multipart form of an upload: fields first, then the zip, which is not read yet. Throws `malformed-request` or `validation-failed`. */
export async function readUploadRequest(request: FastifyRequest, reply: FastifyReply, idleSeconds: number): Promise<Omit<UploadDatasetInput, 'format'>> {
  const uploadId = uploadIdOf(request);
  if (!request.isMultipart()) throw new DomainError('unsupported-media-type', 'This route accepts multipart/form-data with the zip in `file`.');
  const signal = disconnectSignal(reply);
  const form = request.parts();
  const fields = new Map<string, string>();
  for (let part = await nextPart(form); part !== null; part = await nextPart(form)) {
    if (part.type === 'field') takeField(fields, part);
    else return { uploadId, signal, body: zipOf(part, form, idleSeconds), totalBytes: declaredBytes(request), ...settingsOf(fields) };
  }
  throw refused('/file', 'required', 'The form has no `file`.');
}

function takeField(fields: Map<string, string>, part: MultipartValue): void {
  const pointer = `/${part.fieldname.slice(0, 64)}`;
  if (fields.has(part.fieldname)) throw refused(pointer, 'duplicate-field', 'The form has this field twice.');
  // A field that says it is JSON comes parsed.
  if (typeof part.value !== 'string') throw refused(pointer, 'invalid-type', 'A field of the form is a text.');
  if (part.valueTruncated || part.fieldnameTruncated) throw refused(pointer, 'out-of-range', 'The field is too long.');
  if (part.value.includes(UNDECODABLE)) throw new DomainError('malformed-request', 'A field of the form is not UTF-8.');
  fields.set(part.fieldname, part.value);
}

function zipOf(part: MultipartFile, form: AsyncIterableIterator<Multipart>, idleSeconds: number): AsyncIterable<Uint8Array> {
  if (part.fieldname === 'file') return fileBytes(part, form, idleSeconds);
  part.file.destroy();
  throw refused(`/${part.fieldname.slice(0, 64)}`, 'unknown-field', 'The form has the zip in `file`.');
}

function uploadIdOf(request: FastifyRequest): string {
  const given = request.headers['upload-id'];
  if (given === undefined) return randomUUID();
  if (typeof given !== 'string' || !isUuid(given)) throw new DomainError('invalid-parameter', 'Upload-Id is a UUID in lower case.', { findings: [{ code: 'invalid-format', pointer: '/header/upload-id', message: 'Not a UUID.' }] });
  return given;
}

/** The whole body's length: a few hundred bytes more than the zip. Good enough for a progress bar. */
function declaredBytes(request: FastifyRequest): number | null {
  const length = Number(request.headers['content-length']);
  return Number.isSafeInteger(length) && length > 0 ? length : null;
}

function settingsOf(fields: ReadonlyMap<string, string>): { name?: string; visibility: 'private' | 'public' } {
  const unknown = [...fields.keys()].find((field) => field !== 'name' && field !== 'visibility');
  if (unknown !== undefined) throw refused(`/${unknown.slice(0, 64)}`, 'unknown-field', 'There is no field of this name.');
  const visibility = fields.get('visibility') ?? 'private';
  if (visibility !== 'private' && visibility !== 'public') throw refused('/visibility', 'invalid-value', 'private or public');
  const name = fields.get('name');
  return { visibility, ...(name === undefined ? {} : { name }) };
}

function refused(pointer: string, code: string, message: string): DomainError {
  return new DomainError('validation-failed', message, { findings: [{ code, pointer, message }] });
}
