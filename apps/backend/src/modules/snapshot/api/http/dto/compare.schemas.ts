import { z } from 'zod';
import type { PositionedImage } from '../../../../annotation/index.js';
import type { RestoredSnapshot } from '../../../application/commands/restore-snapshot/restore-snapshot.command.js';
import { DIFFERENCES, type ImageDiff } from '../../../application/version-diff.js';

const side = z.union([z.literal('live'), z.coerce.number().int().min(1).max(2_147_483_647)]).describe('A version, or `live`: the dataset as it is.');
export const diffQuery = z.strictObject({ from: side, to: side });
export const diffImagesQuery = diffQuery.extend({ limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().max(1000).optional(), kind: z.enum(DIFFERENCES).optional() });

const count = z.number().int();
const classId = z.number().int();
export const diffResponse = z.object({
  images: z.object({ added: count, removed: count, changed: count, relabelled: count, moved: count }).describe('changed: another file; moved: another split.'),
  objects: z.object({ added: count, removed: count, moved: count, resized: count, reshaped: count, relabelled: count, attributes: count }),
  class_deltas: z.array(z.object({ class_id: classId, images: count, objects: count })),
  classes: z.object({ added: z.array(classId), removed: z.array(classId), renamed: z.array(z.object({ class_id: classId, from: z.string(), to: z.string() })) }),
});

const imageSide = z.object({ file_name: z.string(), sha256: z.string(), width: count, height: count, split: z.string().nullable(), status: z.string(), no_object: z.boolean(), num_objects: count }).nullable();
const anyObject = z.record(z.string(), z.unknown()).nullable();
const diffImage = z.object({ image_id: count, differences: z.array(z.enum(DIFFERENCES)), before: imageSide, after: imageSide, objects: z.array(z.object({ differences: z.array(z.string()), before: anyObject, after: anyObject })) });
export const diffImagesResponse = z.object({ items: z.array(diffImage), next_cursor: z.string().nullable() });
export type DiffImagesResponse = z.infer<typeof diffImagesResponse>;

export function toDiffImage({ number, differences, before, after, objects }: ImageDiff): z.infer<typeof diffImage> {
  return { image_id: number, differences: [...differences], before: sideOf(before), after: sideOf(after), objects: objects.map((one) => ({ differences: [...one.differences], before: one.before, after: one.after })) };
}

function sideOf(image: PositionedImage | null): z.infer<typeof imageSide> {
  if (image === null) return null;
  const { fileName, sha256, width, height, split, status, noObject, objects } = image;
  return { file_name: fileName, sha256, width, height, split, status, no_object: noObject, num_objects: objects.length };
}

export const restoreResponse = z.object({
  version: count,
  images: z.object({ removed: count, restored: count, replaced: count, moved: count, relabelled: count }),
  classes_changed: z.boolean(),
  position_before: count,
  position: count,
  undo: z.object({ version: count }).nullable().describe('Restore this version to take it back; null where the dataset had no image.'),
});

export function toRestoreResponse(version: number, { counts, positionBefore, undo }: RestoredSnapshot): z.infer<typeof restoreResponse> {
  const { classes, position, ...images } = counts;
  return { version, images, classes_changed: classes, position_before: positionBefore, position, undo: undo === null ? null : { version: undo } };
}
