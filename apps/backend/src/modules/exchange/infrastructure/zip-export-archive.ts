import { crc32 } from 'node:zlib';
import { streamedZip, textEntry, type PlannedEntry } from '@app/archive';
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
    return streamedZip(this.planned(exportEntries(opened)));
  }

  async *file(opened: OpenedExport): AsyncIterable<Uint8Array> {
    for await (const entry of labelEntries(opened)) if (entry.kind === 'text') yield* entry.open();
  }

  private async *planned(entries: AsyncIterable<ExportEntry>): AsyncIterable<PlannedEntry> {
    const waiting: Promise<PlannedEntry>[] = [];
    try {
      for await (const entry of entries) {
        const one = this.entry(entry);
        // Looked at when its turn comes.
        one.catch(() => undefined);
        waiting.push(one);
        // A text is read from the same place as the entries: it is written before the next of them is asked for.
        while (waiting.length > (entry.kind === 'object' ? AHEAD : 0)) yield* next(waiting);
      }
      while (waiting.length > 0) yield* next(waiting);
    } finally {
      await Promise.allSettled(waiting);
    }
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

async function* next(waiting: Promise<PlannedEntry>[]): AsyncIterable<PlannedEntry> {
  const first = waiting.shift();
  if (first !== undefined) yield await first;
}
