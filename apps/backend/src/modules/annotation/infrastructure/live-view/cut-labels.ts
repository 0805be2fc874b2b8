import type { LabelStatus, LiveObject } from '@app/dice-format';
import type { CutLabels } from '../../application/ports/live-view.port.js';

export const LABELS_LINE = `json_build_array(number, file_name, object_key, size_bytes, crc32, encode(sha256, 'hex'), width, height, split, depth, status, no_object, objects)::text`;

type LabelsLine = readonly [
  ...[number: number, fileName: string, key: string | null, sizeBytes: number, crc32: number | null, sha256: string, width: number, height: number, split: CutLabels['split']],
  ...[depth: number, status: LabelStatus, noObject: boolean, objects: readonly LiveObject[]],
];

export function labelsOfLine(line: unknown): CutLabels {
  const [number, fileName, objectKey, sizeBytes, crc32, sha256, width, height, split, depth, status, noObject, objects] = line as LabelsLine;
  return { number, fileName, objectKey, sizeBytes, crc32, sha256, width, height, split, depth, status, noObject, objects };
}
