import { z } from 'zod';

/** One object that people marked, in pixels of the upright original image. */
const labeledObjectSchema = z.object({
  /** Index into the training's classes. */
  classIndex: z.number().int().nonnegative(),
  /** x, y, width, height; null where the task has no boxes. */
  bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]).nullable(),
  /** A crowd stands for many: it is neither learned nor counted as missed (COCO). */
  isCrowd: z.boolean(),
  /** Rings of one object: x, y, x, y ... Each is a part of it; with `isEvenOdd` a ring within a ring is a hole. */
  polygons: z.array(z.array(z.number())).optional(),
  isEvenOdd: z.boolean().optional(),
  /** x, y, visibility (0, 1, 2) for each point of the class's skeleton. */
  keypoints: z.array(z.number()).optional(),
});
export type LabeledObject = Readonly<z.infer<typeof labeledObjectSchema>>;

export const sampleSchema = z.object({
  side: z.enum(['train', 'val']),
  /** Where the decoded image lies in the cache of images. */
  cacheIndex: z.number().int().nonnegative(),
  /** Image id of the dataset: names the random stream of its augmentation. */
  imageId: z.number().int(),
  /** Of the upright original image, pixels. */
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /** Classes that the image shows, as indices into the training's classes. */
  classIndices: z.array(z.number().int().nonnegative()),
  objects: z.array(labeledObjectSchema),
  /** Where its label map lies in the cache of masks; null: it has none. */
  maskIndex: z.number().int().nonnegative().nullable(),
});

/** One labeled image: where its pixels lie and what it shows. */
export type Sample = Readonly<z.infer<typeof sampleSchema>>;
export type SampleSide = Sample['side'];
