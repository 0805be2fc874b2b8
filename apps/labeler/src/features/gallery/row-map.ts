/** A piece of the gallery: the images of so many consecutive numbers. */
export interface RowMapOptions {
  readonly lastNumber: number;
  readonly columns: number;
  readonly chunkSize: number;
  /** How many images are there of a piece that was read; deleted ones leave gaps in the numbers. */
  readonly counts: ReadonlyMap<number, number>;
}

export interface RowPlace {
  readonly chunk: number;
  readonly rowInChunk: number;
}

/** Near this many images a piece: a page of the API, and a few screens. */
const CHUNK_NEAR = 120;

/** A whole number of rows, so that no piece ends in the middle of one. */
export const chunkSizeFor = (columns: number): number => columns * Math.max(1, Math.floor(CHUNK_NEAR / columns));

/**
 * Where the rows of a gallery lie when its position maps to image numbers. A piece that was not read yet is taken to be whole; once it is read it has
 * as many rows as it has images for.
 */
export class RowMap {
  /** Rows before each piece, and behind the last. */
  private readonly before: Float64Array;

  constructor(private readonly options: RowMapOptions) {
    const { lastNumber, chunkSize } = options;
    const chunks = Math.ceil(lastNumber / chunkSize);
    this.before = new Float64Array(chunks + 1);
    for (let chunk = 0; chunk < chunks; chunk += 1) this.before[chunk + 1] = (this.before[chunk] ?? 0) + this.rowsOf(chunk);
  }

  get rowCount(): number {
    return this.before.at(-1) ?? 0;
  }

  /** Whether the places of the other one mean the same here. */
  isDividedLike(other: RowMap): boolean {
    return this.options.columns === other.options.columns && this.options.chunkSize === other.options.chunkSize;
  }

  /** How many images a piece has, or may have. */
  slotsOf(chunk: number): number {
    const { lastNumber, chunkSize, counts } = this.options;
    return counts.get(chunk) ?? Math.max(0, Math.min(chunkSize, lastNumber - chunk * chunkSize));
  }

  place(row: number): RowPlace {
    let [low, high] = [0, this.before.length - 2];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.before[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return { chunk: Math.max(0, low), rowInChunk: row - (this.before[Math.max(0, low)] ?? 0) };
  }

  /** The row of a place; the nearest one where the piece has become shorter. */
  rowAt({ chunk, rowInChunk }: RowPlace): number {
    const rows = (this.before[chunk + 1] ?? 0) - (this.before[chunk] ?? 0);
    return (this.before[chunk] ?? 0) + Math.max(0, Math.min(rowInChunk, rows - 1));
  }

  /** The row where an image of this number is or would be, by its piece's numbers where those are not known. */
  rowOfNumber(number: number, numbers?: readonly number[]): number {
    const { chunkSize, columns } = this.options;
    const chunk = Math.floor((number - 1) / chunkSize);
    const known = numbers?.findIndex((one) => one >= number) ?? -1;
    const index = known >= 0 ? known : (number - 1) % chunkSize;
    return this.rowAt({ chunk, rowInChunk: Math.floor(index / columns) });
  }

  private rowsOf(chunk: number): number {
    return Math.ceil(this.slotsOf(chunk) / this.options.columns);
  }
}
