import { createHash, hash } from 'node:crypto';
import { isObject, type JsonObject } from './json-access.js';

/** JSON with sorted keys and the shortest notation of each number (-0 is 0). */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  if (Array.isArray(value)) return canonicalList(value);
  return isObject(value) ? canonicalObject(value, NOTHING) : (JSON.stringify(value) ?? 'null');
}

const NOTHING: ReadonlySet<string> = new Set();
/** Ids and areas follow from the rest; the name of a class is not a label's. */
const FOLLOWING: ReadonlySet<string> = new Set(['id', 'area', 'class_name']);

function canonicalList(values: readonly unknown[]): string {
  let text = '[';
  for (const value of values) text += text.length > 1 ? `,${canonicalJson(value)}` : canonicalJson(value);
  return `${text}]`;
}

function canonicalObject(object: JsonObject, without: ReadonlySet<string>): string {
  let text = '{';
  for (const key of sortedKeys(object)) {
    const value = object[key];
    if (value === undefined || without.has(key)) continue;
    text += `${text.length > 1 ? ',' : ''}${JSON.stringify(key)}:${canonicalJson(value)}`;
  }
  return `${text}}`;
}

/** Labels have a handful of fields, and sorting by insertion in place leaves no garbage. */
function sortedKeys(object: JsonObject): string[] {
  const keys = Object.keys(object);
  if (keys.length > 16) return keys.sort();
  for (let end = 1; end < keys.length; end += 1) {
    const key = keys[end] ?? '';
    let at = end;
    for (; at > 0 && (keys[at - 1] ?? '') > key; at -= 1) keys[at] = keys[at - 1] ?? '';
    keys[at] = key;
  }
  return keys;
}

/** SHA-256 (hex) of an image's annotations in the order of their canonical text. Their ids and areas are left out: both follow from the rest. */
export function labelsDigest(annotations: readonly JsonObject[], maskSha256?: string): string {
  const lines = annotations.map((annotation) => canonicalObject(annotation, FOLLOWING)).sort();
  return hash('sha256', `${lines.join('\n')}\n${maskSha256 ?? ''}`);
}

export interface HashedImage {
  readonly fileName: string;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly split: string | null;
  readonly status: string;
  readonly noObject: boolean;
  /** Of labelsDigest. */
  readonly labelsDigest: string;
}

export interface HashedHead {
  readonly taskType: string;
  readonly multiLabel: boolean;
  readonly classes: readonly { readonly id: number; readonly name: string; readonly details: JsonObject }[];
}

export interface HashedDataset extends HashedHead {
  readonly images: readonly HashedImage[];
}

/** The content hash of a dataset, `sha256:` and 64 hex digits: what training sees and nothing else, in whatever order it is given. */
export function contentHash(dataset: HashedDataset): string {
  return contentHashOfSorted(dataset, [...dataset.images].sort((a, b) => compareFileNames(a.fileName, b.fileName)));
}

/** The order of file names in the content hash: by code point, which is that of their UTF-8 bytes and of `collate "C"` in a database. */
export function compareFileNames(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  for (let at = 0; at < most; at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** Halves of surrogate pairs stand for code points above all others, though their units lie below U+E000. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** The first line of what is hashed; a line of each image follows, in the order of their file names. */
export function hashedHeadLine(head: HashedHead): string {
  const classes = [...head.classes].sort((a, b) => a.id - b.id).map(({ id, name, details }) => ({ id, name, details }));
  return `${canonicalJson({ task_type: head.taskType, multi_label: head.multiLabel, classes })}\n`;
}

/** The same for images that come one by one in the order of compareFileNames: a million need not be in memory. */
export function contentHashOfSorted(head: HashedHead, images: Iterable<HashedImage>): string {
  const all = createHash('sha256');
  all.update(hashedHeadLine(head));
  for (const image of images) {
    const { fileName, sha256, width, height, split, status, noObject, labelsDigest: digest } = image;
    all.update(`${JSON.stringify([fileName, sha256, width, height, split, status, noObject, digest])}\n`);
  }
  return `sha256:${all.digest('hex')}`;
}
