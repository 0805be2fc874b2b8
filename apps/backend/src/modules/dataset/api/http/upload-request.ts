import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { DomainError, isUuid } from '@app/kernel';
import type { FastifyRequest } from 'fastify';
import type { UploadDatasetInput } from '../../application/commands/upload-dataset/upload-dataset.command.js';

/** The request that a connection works on; its requests come one after the other. */
const workingOn = new WeakMap<Socket, AbortController>();

/** Aborts when the client goes away before its answer. */
export function disconnectSignal(request: FastifyRequest): AbortSignal {
  const left = new AbortController();
  const gone = new DomainError('malformed-request', 'The client went away.');
  request.raw.once('close', () => {
    if (!request.raw.complete) left.abort(gone);
  });
  const { socket } = request.raw;
  if (!workingOn.has(socket)) socket.once('close', () => workingOn.get(socket)?.abort(gone));
  workingOn.set(socket, left);
  return left.signal;
}

/** The multipart form of an upload: fields first, then the zip, which is not read yet. Throws `malformed-request` or `validation-failed`. */
export async function readUploadRequest(request: FastifyRequest): Promise<UploadDatasetInput> {
  const uploadId = uploadIdOf(request);
  if (!request.isMultipart()) throw new DomainError('unsupported-media-type', 'This route accepts multipart/form-data with the zip in `file`.');
  const signal = disconnectSignal(request);
  const fields = new Map<string, string>();
  for await (const part of request.parts()) {
    if (part.type === 'field') {
      fields.set(part.fieldname, String(part.value));
      continue;
    }
    if (part.fieldname !== 'file') {
      part.file.destroy();
      throw refused(`/${part.fieldname.slice(0, 64)}`, 'unknown-field', 'The form has the zip in `file`.');
    }
    return { uploadId, signal, body: part.file as AsyncIterable<Uint8Array>, totalBytes: declaredBytes(request), ...settingsOf(fields) };
  }
  throw refused('/file', 'required', 'The form has no `file`.');
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
