import { crc32 } from 'node:zlib';
import { plannedZip } from '@app/archive';

/** A zip of these files. */
export async function zipOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Buffer> {
  const entries = Object.entries(files).map(([name, content]) => {
    const bytes = Buffer.from(content);
    return { name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] };
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of plannedZip(entries).stream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}
