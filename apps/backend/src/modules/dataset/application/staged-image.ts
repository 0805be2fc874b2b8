import { DomainError } from '@app/kernel';
import { refusal, refusedFile, type FileResult } from './image-facts.js';
import { HEAD_BYTES, headTooLong, LONG_HEAD_BYTES, readHead, type NamedImage } from './image-sniffing.js';
import type { ImageStorage } from './ports/image-storage.port.js';
import type { AnnouncedUpload } from './ports/image-uploads.port.js';

export type StagedVerdict = { readonly named: NamedImage } | { readonly result: FileResult };

/** Looks at what was put under an announcement, by its size and its first bytes; the store compared the hash when it took it. */
export async function lookAtStaged(storage: ImageStorage, upload: AnnouncedUpload): Promise<StagedVerdict> {
  const sizeBytes = await storage.stagedSize(upload.id);
  if (sizeBytes === null) return { result: notThere(upload) };
  if (sizeBytes !== upload.sizeBytes) {
    const reason = `${upload.sizeBytes} bytes were announced, ${sizeBytes} were put.`;
    return { result: refusal(upload.fileName, { code: 'validation-failed', reason, hint: 'Announce the file again and put the same bytes.' }) };
  }
  try {
    return { named: await readStagedHead(storage, upload) };
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not-found') return { result: notThere(upload) };
    if (error instanceof DomainError && error.code !== 'unavailable' && error.code !== 'forbidden') return { result: refusedFile(upload.fileName, error) };
    throw error;
  }
}

async function readStagedHead(storage: ImageStorage, upload: AnnouncedUpload): Promise<NamedImage> {
  for (const most of [HEAD_BYTES, LONG_HEAD_BYTES]) {
    const head = await storage.readStaged(upload.id, { start: 0, end: Math.min(most, upload.sizeBytes) - 1 });
    const named = readHead(head, { name: upload.fileName, contentType: upload.contentType, isWhole: upload.sizeBytes <= most });
    if (named !== null) return named;
  }
  throw headTooLong();
}

/** Nothing that would stay: it may be put and completed later. */
function notThere(upload: AnnouncedUpload): FileResult {
  return { status: 'pending', originalName: upload.fileName, code: 'state-conflict', reason: 'Nothing was uploaded yet.', hint: 'Put the file to its URL, then complete it again.' };
}
