import type { FormatCodec } from '../format-codec.js';
import { beginningOf, type SourceTree } from '../source-tree.js';
import { labelFileOf, readDice } from './read-dice.js';

/** The platform's own form (docs/dice-format.md). Written by the live view of a dataset, which has it as text already. */
export const diceCodec: FormatCodec = {
  name: 'dice',
  tasks: ['image_classification', 'object_detection', 'instance_segmentation', 'semantic_segmentation', 'pose_estimation'],
  singleFile: 'annotations.json',
  holds: () => ({
    ...{ attributes: 'all', confidence: true, crowd: true, polygons: true, severalRings: true, runLengths: true, keypoints: true },
    ...{ emptiness: true, split: true, reviewed: true, classColor: true, classDetails: true, classIds: true },
  }),
  writer: null,
  recognises,
  read: readDice,
};

async function recognises(source: SourceTree): Promise<number> {
  const file = labelFileOf(source);
  return file !== undefined && /"(format_version|task_type)"\s*:/.test(await beginningOf(file)) ? 2 : 0;
}
