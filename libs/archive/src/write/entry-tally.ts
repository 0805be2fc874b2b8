import { createHash } from 'node:crypto';
import { centralHeader, placedAt, placedBytes, type EntryFacts } from './zip-headers.js';

/** Entries that stand one behind the other from the first byte of an archive on, counted without their data. */
export class EntryTally {
  private readonly hash = createHash('sha256');
  /** Entries. */
  count = 0;
  /** Of headers and data. */
  bytes = 0;
  /** Of their lines in the directory. */
  directoryBytes = 0;

  add(entry: EntryFacts): void {
    this.directoryBytes += centralHeader(placedAt(entry, this.bytes)).length;
    this.bytes += placedBytes(entry);
    this.count += 1;
    this.hash.update(`${JSON.stringify([entry.name, entry.sizeBytes, entry.crc32, entry.deflatedBytes ?? null])}\n`);
  }

  /** SHA-256 (hex) of the entries so far by name, size and CRC-32: archives of one tally begin with the same headers, and with the same data as far as a CRC tells. */
  digest(): string {
    return this.hash.copy().digest('hex');
  }
}
