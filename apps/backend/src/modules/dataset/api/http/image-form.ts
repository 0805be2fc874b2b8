import { DomainError } from '@app/kernel';
import type { FastifyRequest } from 'fastify';
import type { ImageForm } from '../../application/commands/add-images/add-images.command.js';
import type { IncomingFile } from '../../application/image-receiver.js';
import { MAX_IMAGE_BYTES } from '../../application/image-sniffing.js';
import { ZodPipe } from '../../../../platform/http/zod-pipe.js';
import { imageFormFields } from './dto/image.schemas.js';

/** Of one form. */
export const MAX_FILES = 1_000;
/** A file of more bytes is cut there and marked, so that the ones behind it are read. */
const PARSING = { limits: { fileSize: MAX_IMAGE_BYTES, files: MAX_FILES, fields: 10, parts: MAX_FILES + 10, fieldSize: 10_000 }, throwFileSizeLimit: false };

type Part = Awaited<ReturnType<ReturnType<FastifyRequest['parts']>['next']>>;

/** The form of `POST datasets/{id}/images`: fields first, then files, which are read one after the other. Throws `unsupported-media-type`, `validation-failed`, `malformed-request`. */
export async function readImageForm(request: FastifyRequest): Promise<ImageForm> {
  if (!request.isMultipart()) throw new DomainError('unsupported-media-type', 'This route accepts multipart/form-data with the images in `file`.');
  const parts = request.parts(PARSING);
  const fields: Record<string, string> = {};
  let part = await parts.next();
  for (; part.done !== true && part.value.type === 'field'; part = await parts.next()) fields[part.value.fieldname] = String(part.value.value);
  const settings = new ZodPipe<typeof imageFormFields>(imageFormFields, 'validation-failed').transform(fields);
  if (part.done === true) throw refused('/file', 'required', 'The form has no `file`.');
  return { onConflict: settings.on_conflict, split: settings.split ?? null, files: filesOf(part, parts) };
}

async function* filesOf(first: Part, parts: AsyncIterator<NonNullable<Extract<Part, { done?: false }>['value']>>): AsyncGenerator<IncomingFile, void, void> {
  for (let part = first; part.done !== true; part = await parts.next()) {
    const { value } = part;
    if (value.type === 'field') throw refused(`/${value.fieldname.slice(0, 64)}`, 'field-after-file', 'Fields come before the files.');
    if (value.fieldname !== 'file' && value.fieldname !== 'files') throw refused(`/${value.fieldname.slice(0, 64)}`, 'unknown-field', 'The form has the images in `file`.');
    const { file } = value;
    yield { name: value.filename, contentType: value.mimetype, body: file as AsyncIterable<Uint8Array>, isTruncated: () => file.truncated };
  }
}

function refused(pointer: string, code: string, message: string): DomainError {
  return new DomainError('validation-failed', message, { findings: [{ code, pointer, message }] });
}
