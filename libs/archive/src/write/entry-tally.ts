import { createHash } from 'node:crypto';
import { ByteText } from './byte-text.js';
import { nameBytes, writeDigestLines, type EntryBatch } from './entry-batch.js';
import { centralBytes, localBytes, type EntryFacts } from './zip-headers.js';

/** Entries that stand one behind the other from the first byte of an archive on, counted without their data. */
export class EntryTally {
  private readonly hash = createHash('sha256');
  private readonly text = new ByteText();
  /** Entries. */
  count = 0;
  /** Of headers and data. */
  bytes = 0;
  /** Of their lines in the directory. */
  directoryBytes = 0;

  add(entry: EntryFacts): void {
    this.place(Buffer.byteLength(entry.name), entry.sizeBytes, entry.deflatedBytes ?? entry.sizeBytes);
    this.hash.update(`${JSON.stringify([entry.name, entry.sizeBytes, entry.crc32, entry.deflatedBytes ?? null])}\n`);
  }

  /** The rows of a batch from one up to another one, which is left out; all of them where nothing is said. */
  addBatch(batch: EntryBatch, from = 0, to = batch.count): void {
    for (let index = from; index < to; index += 1) {
      const size = batch.sizes[index] ?? 0;
      this.place(nameBytes(batch, index), size, size);
    }
    writeDigestLines(this.text, batch, { from, to });
    this.hash.update(this.text.take());
  }

  /** SHA-256 (hex) of the entries so far by name, size and CRC-32: archives of one tally begin with the same headers, and with the same data as far as a CRC tells. */
  digest(): string {
    return this.hash.copy().digest('hex');
  }

  private place(name: number, size: number, packed: number): void {
    this.directoryBytes += centralBytes({ name, size, packed, offset: this.bytes });
    this.bytes += localBytes(name, size, packed) + packed;
    this.count += 1;
  }
}
