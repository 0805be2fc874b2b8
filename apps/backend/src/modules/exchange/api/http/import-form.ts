import type { Readable } from 'node:stream';
import { parseStrictJson } from '@app/dice-format';
import { DomainError } from '@app/kernel';
import type { FastifyRequest } from 'fastify';
import { ZodPipe } from '../../../../platform/http/zod-pipe.js';
import type { ImportForm } from '../../application/commands/import-annotations/import-annotations.command.js';
import { classMapping } from './dto/import.schemas.js';

/** A mapping of ten thousand classes. */
const PARSING = { limits: { files: 1, fields: 1, parts: 2, fieldSize: 1_000_000 } };

/** The form of an import: the mapping, then the file, which is read by who takes it. Throws `unsupported-media-type`, `validation-failed`, `malformed-json`. */
export async function readImportForm(request: FastifyRequest): Promise<ImportForm> {
  if (!request.isMultipart()) throw new DomainError('unsupported-media-type', 'This route accepts multipart/form-data with the label file or a zip of them in `file`.');
  const parts = request.parts(PARSING);
  let mapping: ImportForm['mapping'] = new Map();
  for (let part = await parts.next(); part.done !== true; part = await parts.next()) {
    const { value } = part;
    if (value.type === 'file') {
      if (value.fieldname === 'file') return { mapping, file: { name: value.filename, body: bytesOf(value.file) } };
      value.file.destroy();
    }
    if (value.type === 'file' || value.fieldname !== 'class_mapping') throw refused(`/${value.fieldname.slice(0, 64)}`, 'unknown-field', 'The form has class_mapping and then the file in `file`.');
    if (value.valueTruncated) throw refused('/class_mapping', 'out-of-range', 'The mapping is too long.');
    mapping = mappingOf(value.value);
  }
  throw refused('/file', 'required', 'The form has no `file`.');
}

async function* bytesOf(file: Readable & { readonly truncated?: boolean }): AsyncIterable<Uint8Array> {
  const chunks: AsyncIterable<Uint8Array> = file;
  yield* chunks;
  if (file.truncated === true) throw new DomainError('too-large', 'The file is larger than this route accepts.');
}

/** A field that says it is JSON comes parsed. */
function mappingOf(value: unknown): ImportForm['mapping'] {
  const parsed = typeof value === 'string' ? parseStrictJson(value, { pointerPrefix: '/class_mapping' }) : value;
  return new Map(Object.entries(new ZodPipe<typeof classMapping>(classMapping, 'validation-failed', '/class_mapping').transform(parsed)));
}

function refused(pointer: string, code: string, message: string): DomainError {
  return new DomainError('validation-failed', message, { findings: [{ code, pointer, message }] });
}
