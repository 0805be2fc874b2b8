import { readdir, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { FindingCollector } from '@app/dice-format';
import { ClassNotes } from '../class-notes.js';
import type { FormatCodec, ReadNotes, WrittenFile } from '../format-codec.js';
import type { ImportedImage } from '../model.js';
import { SourceTree, type SourceFile } from '../source-tree.js';

/** Sample datasets that are no part of the repository: beside the checkout. */
const SAMPLES = ['../shared/data', '../../shared/data'].map((path) => resolve(import.meta.dirname, '../../../..', path));

/** The folder of a sample; undefined where this machine has none. */
export async function sampleFolder(name: string): Promise<string | undefined> {
  for (const root of SAMPLES) {
    const folder = join(root, name);
    if (await stat(folder).then(() => true, () => false)) return folder;
  }
  return undefined;
}

export async function treeOfFolder(folder: string): Promise<SourceTree> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(async (entry): Promise<SourceFile> => {
    const path = join(entry.parentPath, entry.name);
    return { path: relative(folder, path), sizeBytes: (await stat(path)).size, open: () => createReadStream(path) };
  });
  return new SourceTree(await Promise.all(files));
}

export const fileOf = (path: string, content: string | Uint8Array, chunkBytes = 7): SourceFile => {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const open = async function* (): AsyncIterable<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield await Promise.resolve(bytes.subarray(at, at + chunkBytes));
  };
  return { path, sizeBytes: bytes.length, open };
};

export const treeOf = (files: Readonly<Record<string, string | Uint8Array>>): SourceTree => new SourceTree(Object.entries(files).map(([path, content]) => fileOf(path, content)));

export interface ReadResult {
  readonly images: readonly ImportedImage[];
  readonly notes: ReadNotes;
}

export async function readAll(codec: FormatCodec, source: SourceTree, more: Partial<ReadNotes> = {}): Promise<ReadResult> {
  const notes: ReadNotes = { findings: new FindingCollector(), classes: new ClassNotes(), ...more };
  const images: ImportedImage[] = [];
  for await (const image of codec.read(source, notes)) images.push(image);
  return { images, notes };
}

/** The files of an export, with their text. */
export async function writtenFiles(files: AsyncIterable<WrittenFile>): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for await (const file of files) {
    let text = file.kind === 'whole' ? file.text : '';
    if (file.kind === 'streamed') for await (const chunk of file.open()) text += chunk;
    all[file.name] = text;
  }
  return all;
}
