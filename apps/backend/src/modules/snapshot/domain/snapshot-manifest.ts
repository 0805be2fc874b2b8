/** Facts of a manifest but its entries. Sizes in bytes, hashes in hex. */
export interface ManifestHead {
  readonly datasetId: string;
  readonly version: number;
  readonly parent: number | null;
  /** In the dataset's sequence of changes. */
  readonly position: number;
  readonly contentHash: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly note: string | null;
  /** Null: it was not made yet. */
  readonly zip: { readonly key: string; readonly sizeBytes: number; readonly sha256: string } | null;
}

export interface ManifestEntry {
  readonly number: number;
  readonly fileName: string;
  /** Of its bytes in the bucket; null: they are in the uploaded zip only. */
  readonly key: string | null;
  readonly sizeBytes: number;
  readonly crc32: number;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly split: string | null;
}

/** `v{n}.json` piece by piece, one entry a line, so that a version of a million images needs no memory. Deterministic. */
export async function* manifestText(head: ManifestHead, entries: AsyncIterable<ManifestEntry>): AsyncIterable<string> {
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
  yield `${JSON.stringify(facts).slice(0, -1)},"entries":[`;
  let separator = '\n';
  for await (const entry of entries) {
    yield `${separator}${entryText(entry)}`;
    separator = ',\n';
  }
  yield '\n]}\n';
}

function entryText(entry: ManifestEntry): string {
  return JSON.stringify({
    id: entry.number,
    file_name: entry.fileName,
    key: entry.key,
    size_bytes: entry.sizeBytes,
    crc32: entry.crc32.toString(16).padStart(8, '0'),
    sha256: entry.sha256,
    width: entry.width,
    height: entry.height,
    split: entry.split,
  });
}
