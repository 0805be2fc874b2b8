import { ByteText } from '@app/archive';
import type { ManifestEntries, ManifestHead } from '../domain/snapshot-manifest.js';

const SHA256_BYTES = 32;

/** `v{n}.json` piece by piece, one entry a line, so that a version of a million images needs no memory; a piece is good until the next one is asked for. Deterministic. */
export async function* manifestText(head: ManifestHead, entries: AsyncIterable<ManifestEntries>): AsyncIterable<Buffer> {
  const facts = {
    manifest_version: 1,
    dataset_id: head.datasetId,
    version: head.version,
    parent: head.parent,
    position: head.position,
    content_hash: head.contentHash,
    created_at: head.createdAt,
    created_by: head.createdBy,
    note: head.note,
    zip: head.zip === null ? null : { key: head.zip.key, size_bytes: head.zip.sizeBytes, sha256: head.zip.sha256 },
  };
  yield Buffer.from(`${JSON.stringify(facts).slice(0, -1)},"entries":[`);
  const text = new ByteText();
  let separator = '\n';
  for await (const batch of entries) {
    for (let index = 0; index < batch.count; index += 1) {
      writeEntry(text.ascii(separator), batch, index);
      separator = ',\n';
    }
    yield text.take();
  }
  yield Buffer.from('\n]}\n');
}

const at = (column: Uint32Array | Float64Array, index: number): number => column[index] ?? 0;

/** What JSON writes of one image, byte by byte: a million objects and strings would be half a minute. */
function writeEntry(text: ByteText, batch: ManifestEntries, index: number): void {
  const { bytes, nameStarts, nameEnds, keyStarts, keyEnds, shaStarts, splitStarts, splitEnds } = batch;
  const sha = at(shaStarts, index);
  text.ascii('{"id":').number(at(batch.numbers, index)).ascii(',"file_name":').json(bytes, at(nameStarts, index), at(nameEnds, index));
  orNull(text.ascii(',"key":'), bytes, { start: at(keyStarts, index), end: at(keyEnds, index) });
  text.ascii(',"size_bytes":').number(at(batch.sizes, index)).ascii(',"crc32":"').hex32(at(batch.crcs, index));
  text.ascii('","sha256":"').hex(bytes, sha, sha + SHA256_BYTES).ascii('","width":').number(at(batch.widths, index)).ascii(',"height":').number(at(batch.heights, index));
  orNull(text.ascii(',"split":'), bytes, { start: at(splitStarts, index), end: at(splitEnds, index) }).ascii('}');
}

function orNull(text: ByteText, bytes: Buffer, { start, end }: { readonly start: number; readonly end: number }): ByteText {
  return start === end ? text.ascii('null') : text.json(bytes, start, end);
}
