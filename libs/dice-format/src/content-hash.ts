import { createHash } from 'node:crypto';
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
  return createHash('sha256').update(`${lines.join('\n')}\n${maskSha256 ?? ''}`).digest('hex');
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

export interface HashedDataset {
  readonly taskType: string;
  readonly multiLabel: boolean;
  readonly classes: readonly { readonly id: number; readonly name: string; readonly details: JsonObject }[];
  readonly images: readonly HashedImage[];
}

/** The content hash of a dataset, `sha256:` and 64 hex digits: what training sees and nothing else, in whatever order it is given. */
export function contentHash(dataset: HashedDataset): string {
  const hash = createHash('sha256');
  const classes = [...dataset.classes].sort((a, b) => a.id - b.id).map(({ id, name, details }) => ({ id, name, details }));
  hash.update(`${canonicalJson({ task_type: dataset.taskType, multi_label: dataset.multiLabel, classes })}\n`);
  const order = (a: HashedImage, b: HashedImage): number => (a.fileName < b.fileName ? -1 : Number(a.fileName > b.fileName));
  for (const image of [...dataset.images].sort(order)) {
    const { fileName, sha256, width, height, split, status, noObject, labelsDigest: digest } = image;
    hash.update(`${JSON.stringify([fileName, sha256, width, height, split, status, noObject, digest])}\n`);
  }
  return `sha256:${hash.digest('hex')}`;
}
