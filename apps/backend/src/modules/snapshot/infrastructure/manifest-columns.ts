import type { ManifestEntries } from '../domain/snapshot-manifest.js';

/** An image that stands in an uploaded zip. */
export interface ManifestRow {
  readonly number: number;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly crc32: number;
  /** Hex. */
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly split: string | null;
}

/** Rows as columns, without keys. */
export function manifestColumns(rows: readonly ManifestRow[]): ManifestEntries {
  const pieces: Buffer[] = [];
  let end = 0;
  const placed = (piece: Buffer): number => {
    pieces.push(piece);
    end += piece.length;
    return end;
  };
  const nameEnds = rows.map(({ fileName }) => placed(Buffer.from(fileName)));
  const shaEnds = rows.map(({ sha256 }) => placed(Buffer.from(sha256, 'hex')));
  const splitEnds = rows.map(({ split }) => placed(Buffer.from(split ?? '')));
  const starts = (ends: readonly number[], from: number): Uint32Array => Uint32Array.from(ends, (_, index) => (index === 0 ? from : (ends[index - 1] ?? 0)));
  const [none, numbers] = [new Uint32Array(rows.length), (of: (row: ManifestRow) => number): Uint32Array => Uint32Array.from(rows, of)];
  return {
    ...{ count: rows.length, bytes: Buffer.concat(pieces), numbers: numbers((row) => row.number), keyStarts: none, keyEnds: none },
    ...{ nameStarts: starts(nameEnds, 0), nameEnds: Uint32Array.from(nameEnds), shaStarts: starts(shaEnds, nameEnds.at(-1) ?? 0) },
    ...{ splitStarts: starts(splitEnds, shaEnds.at(-1) ?? 0), splitEnds: Uint32Array.from(splitEnds) },
    ...{ sizes: Float64Array.from(rows, (row) => row.sizeBytes), crcs: numbers((row) => row.crc32), widths: numbers((row) => row.width), heights: numbers((row) => row.height) },
  };
}
