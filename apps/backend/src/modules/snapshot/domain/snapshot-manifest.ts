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

/** Images in columns: places in `bytes`, where a text that begins at its end is null. */
export interface ManifestEntries {
  readonly count: number;
  readonly bytes: Buffer;
  readonly numbers: Uint32Array;
  readonly nameStarts: Uint32Array;
  readonly nameEnds: Uint32Array;
  /** Of the image's bytes in the bucket; null: they are in the uploaded zip only. */
  readonly keyStarts: Uint32Array;
  readonly keyEnds: Uint32Array;
  readonly sizes: Float64Array;
  readonly crcs: Uint32Array;
  /** 32 bytes each. */
  readonly shaStarts: Uint32Array;
  readonly widths: Uint32Array;
  readonly heights: Uint32Array;
  readonly splitStarts: Uint32Array;
  readonly splitEnds: Uint32Array;
}
