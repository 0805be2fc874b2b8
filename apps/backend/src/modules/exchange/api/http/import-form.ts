import { parseStrictJson } from '@app/dice-format';
import { DomainError } from '@app/kernel';
import type { FastifyRequest } from 'fastify';
import { fileBytes, nextPart } from '../../../../platform/http/form-parts.js';
import { ZodPipe } from '../../../../platform/http/zod-pipe.js';
import type { ImportForm } from '../../application/commands/import-annotations/import-annotations.command.js';
import { classMapping } from './dto/import.schemas.js';

/** A field holds a mapping of ten thousand classes; what is too much of the rest is told by this file. */
const PARSING = { limits: { files: 2, fields: 10, parts: 12, fieldSize: 1_000_000, headerPairs: 50 } };

/** The form of an import: the mapping, then the file, which is read by who takes it. Throws `unsupported-media-type`, `validation-failed`, `malformed-json`. */
export async function readImportForm(request: FastifyRequest, idleSeconds: number): Promise<ImportForm> {
  if (!request.isMultipart()) throw new DomainError('unsupported-media-type', 'This route accepts multipart/form-data with the label file or a zip of them in `file`.');
  const parts = request.parts(PARSING);
  let mapping: ImportForm['mapping'] | undefined;
  for (let value = await nextPart(parts); value !== null; value = await nextPart(parts)) {
    if (value.type === 'file') {
      if (value.fieldname === 'file') return { mapping: mapping ?? new Map(), file: { name: value.filename, body: fileBytes(value, parts, idleSeconds) } };
      value.file.destroy();
    }
    if (value.type === 'file' || value.fieldname !== 'class_mapping') throw refused(`/${value.fieldname.slice(0, 64)}`, 'unknown-field', 'The form has class_mapping and then the file in `file`.');
    if (mapping !== undefined) throw refused('/class_mapping', 'duplicate-field', 'The form has this field twice.');
    if (value.valueTruncated) throw refused('/class_mapping', 'out-of-range', 'The mapping is too long.');
    mapping = mappingOf(value.value);
  }
  throw refused('/file', 'required', 'The form has no `file`.');
}

/** A field that says it is JSON comes parsed. */
function mappingOf(value: unknown): ImportForm['mapping'] {
  const parsed = typeof value === 'string' ? parseStrictJson(value, { pointerPrefix: '/class_mapping' }) : value;
  return new Map(Object.entries(new ZodPipe<typeof classMapping>(classMapping, 'validation-failed', '/class_mapping').transform(parsed)));
}

function refused(pointer: string, code: string, message: string): DomainError {
  return new DomainError('validation-failed', message, { findings: [{ code, pointer, message }] });
}
