import { DomainError } from '@app/kernel';
import type { CutColumns, CutEntries, CutImage } from '../../application/ports/live-view.port.js';
import { RowFields, type BinaryRows } from './binary-rows.js';

/** Read by `EntryColumns`, in binary. */
export const ENTRY_COLUMNS = 'number, file_name, size_bytes, crc32';
/** Read by `imagesOfRows`. */
export const IMAGE_COLUMNS = `${ENTRY_COLUMNS}, object_key`;
/** Read by `ImageColumns`. */
export const ALL_COLUMNS = `${IMAGE_COLUMNS}, sha256, width, height, split`;

const LEAST_ROWS = 1_024;

export function imagesOfRows({ bytes, starts }: BinaryRows): readonly CutImage[] {
  return starts.map((start) => {
    const row = new RowFields(bytes, start);
    // In the order of the columns.
    return { number: row.int4(), fileName: row.text() ?? '', sizeBytes: row.int8() ?? 0, crc32: row.int8(), objectKey: row.text() };
  });
}

/** The columns of one batch after the other, in the same memory: a batch is good until the next one is read. */
export class EntryColumns {
  protected rows = 0;
  private numbers = new Uint32Array(0);
  private nameStarts = new Uint32Array(0);
  private nameEnds = new Uint32Array(0);
  private sizes = new Float64Array(0);
  private crcs = new Uint32Array(0);

  read({ bytes, starts }: BinaryRows): CutEntries {
    if (starts.length > this.rows) this.grow(Math.max(LEAST_ROWS, starts.length * 2));
    for (let index = 0; index < starts.length; index += 1) this.readRow(new RowFields(bytes, starts[index] ?? 0), index);
    const { numbers, nameStarts, nameEnds, sizes, crcs } = this;
    return { count: starts.length, bytes, numbers, nameStarts, nameEnds, sizes, crcs };
  }

  protected grow(rows: number): void {
    this.rows = rows;
    [this.numbers, this.nameStarts, this.nameEnds, this.crcs] = [new Uint32Array(rows), new Uint32Array(rows), new Uint32Array(rows), new Uint32Array(rows)];
    this.sizes = new Float64Array(rows);
  }

  protected readRow(row: RowFields, index: number): void {
    this.numbers[index] = row.int4();
    this.nameStarts[index] = row.data();
    this.nameEnds[index] = row.end;
    this.sizes[index] = row.int8() ?? 0;
    const crc = row.int8();
    if (crc === null) throw new DomainError('unavailable', 'Some images of the dataset are still being read.', { retryAfterSeconds: 5 });
    this.crcs[index] = crc;
  }
}

/** The same with all that a manifest says. */
export class ImageColumns extends EntryColumns {
  private keyStarts = new Uint32Array(0);
  private keyEnds = new Uint32Array(0);
  private shaStarts = new Uint32Array(0);
  private widths = new Uint32Array(0);
  private heights = new Uint32Array(0);
  private splitStarts = new Uint32Array(0);
  private splitEnds = new Uint32Array(0);

  override read(rows: BinaryRows): CutColumns {
    const entries = super.read(rows);
    const { keyStarts, keyEnds, shaStarts, widths, heights, splitStarts, splitEnds } = this;
    return { ...entries, keyStarts, keyEnds, shaStarts, widths, heights, splitStarts, splitEnds };
  }

  protected override grow(rows: number): void {
    super.grow(rows);
    [this.keyStarts, this.keyEnds, this.splitStarts, this.splitEnds] = [new Uint32Array(rows), new Uint32Array(rows), new Uint32Array(rows), new Uint32Array(rows)];
    [this.shaStarts, this.widths, this.heights] = [new Uint32Array(rows), new Uint32Array(rows), new Uint32Array(rows)];
  }

  protected override readRow(row: RowFields, index: number): void {
    super.readRow(row, index);
    this.keyStarts[index] = row.data();
    this.keyEnds[index] = row.end;
    this.shaStarts[index] = row.data();
    this.widths[index] = row.int4();
    this.heights[index] = row.int4();
    this.splitStarts[index] = row.data();
    this.splitEnds[index] = row.end;
  }
}
