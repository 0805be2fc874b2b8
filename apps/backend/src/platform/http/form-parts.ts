import type { Readable } from 'node:stream';
import { DomainError } from '@app/kernel';
import type { Multipart, MultipartFile } from '@fastify/multipart';

/** The next field or file of a form; null at its end. Throws `malformed-request`. */
export async function nextPart(form: AsyncIterableIterator<Multipart>): Promise<Multipart | null> {
  try {
    const next = await form.next();
    return next.done === true ? null : next.value;
  } catch (error) {
    throw unreadable(error);
  }
}

/** The bytes of the only file of a form. They are good only when the form ends behind them: what is cut off, or goes on, fails at its last byte. */
export async function* fileBytes(part: MultipartFile, form: AsyncIterableIterator<Multipart>, idleSeconds: number): AsyncIterable<Uint8Array> {
  try {
    yield* unlessIdle(part.file, idleSeconds);
  } catch (error) {
    throw unreadable(error);
  }
  if (part.file.truncated) throw new DomainError('too-large', 'The file is larger than this route accepts.');
  if ((await nextPart(form)) !== null) throw refused('/file', 'not-last', 'The form goes on behind `file`; fields come before it.');
}

/** Only waiting for the client counts: a store that is slow to take the bytes is no reason to give up. */
async function* unlessIdle(file: Readable, seconds: number): AsyncIterable<Uint8Array> {
  const giveUp = (): unknown => file.destroy(new DomainError('malformed-request', `No byte of the file came for ${seconds} seconds.`));
  const chunks: AsyncIterator<Uint8Array> = file[Symbol.asyncIterator]();
  try {
    for (;;) {
      const timer = setTimeout(giveUp, seconds * 1000);
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}

/** Errors of the form's reader without a code of their own are its complaints about the bytes. */
function unreadable(error: unknown): unknown {
  if (error instanceof DomainError || (error instanceof Error && 'code' in error)) return error;
  return new DomainError('malformed-request', 'The form cannot be read: it is cut off, or it is not multipart/form-data.', { cause: error });
}

function refused(pointer: string, code: string, message: string): DomainError {
  return new DomainError('validation-failed', message, { findings: [{ code, pointer, message }] });
}
