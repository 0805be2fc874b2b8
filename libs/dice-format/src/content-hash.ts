import { createHash, hash } from 'node:crypto';
import { isObject, type JsonObject } from './json-access.js';

/** JSON with sorted keys and the shortest notation of each number (-0 is 0). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const keys = Object.keys(value).filter((key) => value[key] !== undefined).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(',')}}`;
}

/** SHA-256 (hex) of an image's annotations in the order of their canonical text. Their ids and areas are left out: both follow from the rest. */
export function labelsDigest(annotations: readonly JsonObject[], maskSha256?: string): string {
  const lines = annotations.map(({ id: _, area: __, class_name: ___, ...rest }) => canonicalJson(rest)).sort();
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
  const order = (a: HashedImage, b: HashedImage): number => (a.fileName < b.fileName ? -1 : Number(a.fileName > b.fileName));
  return contentHashOfSorted(dataset, [...dataset.images].sort(order));
}

/** The same for images that come one by one in the order of their file names (by UTF-16 units): a million need not be in memory. */
export function contentHashOfSorted(head: HashedHead, images: Iterable<HashedImage>): string {
  const all = createHash('sha256');
  const classes = [...head.classes].sort((a, b) => a.id - b.id).map(({ id, name, details }) => ({ id, name, details }));
  all.update(`${canonicalJson({ task_type: head.taskType, multi_label: head.multiLabel, classes })}\n`);
  for (const image of images) {
    const { fileName, sha256, width, height, split, status, noObject, labelsDigest: digest } = image;
    all.update(`${JSON.stringify([fileName, sha256, width, height, split, status, noObject, digest])}\n`);
  }
  return `sha256:${all.digest('hex')}`;
}
