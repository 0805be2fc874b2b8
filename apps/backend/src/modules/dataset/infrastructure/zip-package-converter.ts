import { DEFAULT_ARCHIVE_LIMITS, openArchive, type PlannedEntry, rangedSource, type ArchiveEntry, type RandomAccessSource, readEntry, streamedZip, textEntry, type Work, workedAhead } from '@app/archive';
import { crc32 } from 'node:zlib';
import { codecOf, DiceConversion, FORMAT_NAMES, type FormatCodec, type Photo, recognise, type SourceFile, SourceTree } from '@app/dataset-formats';
import { ImageSniffer } from '@app/dice-format';
import { Clock, DomainError } from '@app/kernel';
import { ObjectStore } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { BackendConfig } from '../../../config/backend-config.js';
import { PackageConverter, type ConvertedPackage } from '../application/ports/package-converter.port.js';
import { UploadStorage, type ZipObject } from '../application/ports/upload-storage.port.js';

/** Files of other tools are looked for by name, so their names are held; some hundred bytes each. */
const MAX_ENTRIES = 400_000;
/** Small images are read ahead: one after the other, the store's answering time would be most of the conversion. */
const AHEAD = 8;
const MAX_AHEAD_BYTES = 1024 * 1024;

/**
 * Streams one zip of the staging area into another: image bytes as they are under names of ours, label files read again for each part that needs them. What
 * comes out is inspected like every upload, so nothing of a conversion is trusted.
 */
@Injectable()
export class ZipPackageConverter extends PackageConverter {
  constructor(
    private readonly store: ObjectStore,
    private readonly storage: UploadStorage,
    private readonly config: BackendConfig,
    private readonly clock: Clock,
  ) {
    super();
  }

  async convert(zip: ZipObject, { uploadId, format, name, signal }: { uploadId: string; format: string; name: string; signal: AbortSignal }): Promise<ConvertedPackage> {
    const { source, entries } = await this.open(zip, signal);
    const codec = await codecFor(source, format);
    const conversion = new DiceConversion(source, codec, { name, createdAt: this.clock.now().toISOString(), signal });
    await conversion.scan();
    const { errors, errorsTotal } = conversion.findings;
    if (errors.length > 0) throw new DomainError('validation-failed', `The zip cannot be read as ${codec.name}; every finding is listed.`, { findings: errors, extensions: { errors_total: errorsTotal } });
    const converted = await this.storage.stage(uploadId, streamedZip(workedAhead(workOf(conversion, entries), AHEAD)), signal);
    return { zip: converted, warnings: conversion.findings.warnings };
  }

  private async open(zip: ZipObject, signal: AbortSignal): Promise<{ source: SourceTree; entries: ReadonlyMap<string, ArchiveEntry> }> {
    const archive: RandomAccessSource = rangedSource(zip.sizeBytes, async (range, inner) => (await this.store.get(zip.key, { range: { start: range.start, end: range.end - 1 }, signal: inner ?? signal })).body);
    const directory = await openArchive(archive, { ...DEFAULT_ARCHIVE_LIMITS, maxArchiveBytes: this.config.maxUploadBytes, maxEntries: MAX_ENTRIES }, signal);
    const files: SourceFile[] = [];
    const entries = new Map<string, ArchiveEntry>();
    for (const entry of directory.entries()) {
      if (entry.isDirectory || entry.isJunk) continue;
      files.push({ path: entry.name, sizeBytes: entry.sizeBytes, open: () => readEntry(archive, entry, signal) });
      entries.set(entry.name, entry);
    }
    return { source: new SourceTree(files), entries };
  }
}

async function codecFor(source: SourceTree, format: string): Promise<FormatCodec> {
  const name = FORMAT_NAMES.find((one) => one === format);
  return name === undefined ? recognise(source) : codecOf(name);
}

async function* workOf(conversion: DiceConversion, entries: ReadonlyMap<string, ArchiveEntry>): AsyncIterable<Work<PlannedEntry>> {
  for (const photo of conversion.photos) {
    const entry = entries.get(photo.file.path);
    if (entry !== undefined) yield { alone: false, run: () => photoEntry(photo, entry, conversion) };
  }
  // The sizes of the images are known from here on: what is alone waits for all before it.
  const meta = new TextEncoder().encode(conversion.meta());
  yield { alone: true, run: () => Promise.resolve(bytesEntry('meta.json', meta)) };
  for await (const { name, bytes } of conversion.masks()) yield { alone: true, run: () => Promise.resolve(bytesEntry(name, bytes)) };
  yield { alone: true, run: () => textEntry('annotations.json', () => encoded(conversion.annotations())) };
}

const bytesEntry = (name: string, bytes: Uint8Array): PlannedEntry => ({ name, sizeBytes: bytes.byteLength, crc32: crc32(bytes), open: () => [bytes] });

/** A large image is read when it is written, a small one before. */
async function photoEntry(photo: Photo, { sizeBytes, crc32: crc }: ArchiveEntry, conversion: DiceConversion): Promise<PlannedEntry> {
  if (sizeBytes > MAX_AHEAD_BYTES) return { name: photo.name, sizeBytes, crc32: crc, open: () => measured(photo, conversion) };
  const chunks: Uint8Array[] = [];
  for await (const chunk of measured(photo, conversion)) chunks.push(Buffer.from(chunk));
  return { name: photo.name, sizeBytes, crc32: crc, open: () => chunks };
}

/** The bytes of an image, which is looked at while it passes by. What is no image is left to the inspection to refuse. */
async function* measured(photo: Photo, conversion: DiceConversion): AsyncIterable<Uint8Array> {
  const sniffer = new ImageSniffer();
  for await (const chunk of photo.file.open()) {
    sniffer.push(chunk);
    yield chunk;
  }
  const sniffed = sniffer.finish();
  if (sniffed.ok) conversion.sized(photo, sniffed);
}

async function* encoded(text: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const chunk of text) yield encoder.encode(chunk);
}
