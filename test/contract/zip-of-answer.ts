import { bufferSource, DEFAULT_ARCHIVE_LIMITS, openArchive, readEntry } from '@app/archive';

/** The files of a zip that a route answers, by their names; the reader of uploads takes it. */
export async function filesOfZip(bytes: Uint8Array): Promise<Record<string, Buffer>> {
  const source = bufferSource(Buffer.from(bytes));
  const directory = await openArchive(source, DEFAULT_ARCHIVE_LIMITS);
  const files: Record<string, Buffer> = {};
  for (const entry of directory.entries()) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of readEntry(source, entry)) chunks.push(chunk);
    files[entry.name] = Buffer.concat(chunks);
  }
  return files;
}
