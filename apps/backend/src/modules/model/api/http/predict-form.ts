import { DomainError } from '@app/kernel';
import type { FastifyRequest } from 'fastify';
import { fileBytes, nextPart } from '../../../../platform/http/form-parts.js';
import { ZodPipe } from '../../../../platform/http/zod-pipe.js';
import { MAX_IMAGE_BYTES, type PredictQuestion } from '../../application/predictions.js';
import { predictForm, predictRequest } from './dto/suggestion.schemas.js';

const PARSING = { limits: { fileSize: MAX_IMAGE_BYTES, files: 1, fields: 5, parts: 6, fieldSize: 1_000 }, throwFileSizeLimit: false };
const IDLE_SECONDS = 15;

/** JSON that names an image of the dataset is read at once; a form with an image in `file` when it is asked for. Throws `validation-failed`, `too-large`, `malformed-request`. */
export function predictQuestionOf(request: FastifyRequest): () => Promise<PredictQuestion> {
  if (request.isMultipart()) return () => fromForm(request);
  const { image_id: imageId, min_score: minScore } = new ZodPipe<typeof predictRequest>(predictRequest, 'validation-failed').transform(request.body);
  return () => Promise.resolve({ image: { imageId }, minScore });
}

async function fromForm(request: FastifyRequest): Promise<PredictQuestion> {
  const form = request.parts(PARSING);
  const fields: Record<string, string> = {};
  let part = await nextPart(form);
  for (; part?.type === 'field'; part = await nextPart(form)) fields[part.fieldname] = String(part.value);
  const { min_score: minScore } = new ZodPipe<typeof predictForm>(predictForm, 'validation-failed').transform(fields);
  if (part?.fieldname !== 'file') throw new DomainError('validation-failed', 'The form has no image.', { findings: [{ code: 'required', pointer: '/file', message: 'The form has the image in `file`.' }] });
  const chunks: Uint8Array[] = [];
  for await (const chunk of fileBytes(part, form, IDLE_SECONDS)) chunks.push(Uint8Array.from(chunk));
  return { image: { bytes: Buffer.concat(chunks) }, minScore };
}
