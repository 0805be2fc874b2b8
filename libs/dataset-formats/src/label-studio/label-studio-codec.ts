import type { TaskType } from '@app/dice-format';
import type { FormatCodec } from '../format-codec.js';
import { HOLDS_NOTHING, type Holds } from '../holds.js';
import { beginningOf, type SourceTree } from '../source-tree.js';
import { readLabelStudio } from './read-label-studio.js';
import { LABEL_STUDIO_FILE, labelStudioWriter } from './write-label-studio.js';

const HELD: Readonly<Record<TaskType, Partial<Holds>>> = {
  image_classification: {},
  object_detection: {},
  instance_segmentation: { polygons: true },
  semantic_segmentation: {},
  pose_estimation: {},
};

/** Label Studio's own JSON export (labelstud.io/guide/export): a list of tasks; coordinates are hundredths of the image. */
export const labelStudioCodec: FormatCodec = {
  name: 'label-studio',
  tasks: ['image_classification', 'object_detection', 'instance_segmentation', 'pose_estimation'],
  singleFile: LABEL_STUDIO_FILE,
  holds: (task) => ({ ...HOLDS_NOTHING, confidence: true, emptiness: true, split: true, ...HELD[task] }),
  writer: (dataset) => labelStudioWriter(dataset),
  recognises,
  read: readLabelStudio,
};

async function recognises(source: SourceTree): Promise<number> {
  for (const file of source.withExtension('json').slice(0, 3)) {
    const text = await beginningOf(file);
    if (/^\s*\[\s*(\{|\])/.test(text) && /"(annotations|completions|data|result|predictions)"\s*:/.test(text)) return 2;
  }
  return 0;
}
