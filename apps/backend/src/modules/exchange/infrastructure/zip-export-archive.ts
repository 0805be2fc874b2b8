import { crc32 } from 'node:zlib';
import { streamedZip, textEntry, workedAhead, type PlannedEntry, type Work } from '@app/archive';
import { ObjectStore } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { ExportArchive, type OpenedExport } from '../application/ports/export-archive.port.js';
import { exportEntries, labelEntries, type ExportEntry } from './export-entries.js';

/** Small images are fetched ahead: one after the other, the store's answering time would be most of the export. */
const AHEAD = 8;
const MAX_AHEAD_BYTES = 1024 * 1024;

@Injectable()
export class ZipExportArchive extends ExportArchive {
  constructor(private readonly store: ObjectStore) {
    super();
  }

  zip(opened: OpenedExport): AsyncIterable<Uint8Array> {
    return streamedZip(workedAhead(this.work(exportEntries(opened)), AHEAD));
  }

  async *file(opened: OpenedExport): AsyncIterable<Uint8Array> {
    for await (const entry of labelEntries(opened)) if (entry.kind === 'text') yield* entry.open();
  }

  private async *work(entries: AsyncIterable<ExportEntry>): AsyncIterable<Work<PlannedEntry>> {
    // A text is read from the same place as the entries.
    for await (const entry of entries) yield { alone: entry.kind !== 'object', run: () => this.entry(entry) };
  }

  private async entry(entry: ExportEntry): Promise<PlannedEntry> {
    switch (entry.kind) {
      case 'bytes':
        return { name: entry.name, sizeBytes: entry.bytes.byteLength, crc32: crc32(entry.bytes), open: () => [entry.bytes] };
      case 'text':
        return textEntry(entry.name, entry.open);
      case 'object':
        return this.objectEntry(entry);
    }
  }

  private async objectEntry({ name, key, sizeBytes, crc32: crc }: Extract<ExportEntry, { kind: 'object' }>): Promise<PlannedEntry> {
    if (sizeBytes > MAX_AHEAD_BYTES) return { name, sizeBytes, crc32: crc, open: () => this.bodyOf(key) };
    const bytes = await this.store.getBytes(key, sizeBytes);
    return { name, sizeBytes, crc32: crc, open: () => [bytes] };
  }

  private async *bodyOf(key: string): AsyncIterable<Uint8Array> {
    const { body } = await this.store.get(key);
    const chunks: AsyncIterable<Uint8Array> = body;
    yield* chunks;
  }
}
