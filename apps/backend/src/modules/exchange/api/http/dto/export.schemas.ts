import { FORMAT_NAMES } from '@app/dataset-formats';
import { z } from 'zod';

export const exportQuery = z.strictObject({
  format: z.enum(FORMAT_NAMES).default('dice'),
  images: z.enum(['true', 'false']).default('false').meta({ description: 'with the images: for who may manage the dataset' }),
  as: z.enum(['zip', 'file']).default('zip').meta({ description: 'file: the only label file of dice, coco, cvat and label-studio, without a report' }),
});
export type ExportQuery = z.infer<typeof exportQuery>;
