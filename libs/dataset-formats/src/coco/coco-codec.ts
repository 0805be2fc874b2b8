import { beginningOf, type SourceTree } from '../source-tree.js';
import type { FormatCodec } from '../format-codec.js';
import { HOLDS_NOTHING } from '../holds.js';
import { cocoFiles } from './coco-files.js';
import { readCoco } from './read-coco.js';
import { COCO_FILE, cocoWriter } from './write-coco.js';

/** COCO's own JSON (cocodataset.org, format-data), with `attributes` as CVAT and Datumaro write them, `score` as COCO's results have it, and `split`. */
export const cocoCodec: FormatCodec = {
  name: 'coco',
  tasks: ['image_classification', 'object_detection', 'instance_segmentation', 'semantic_segmentation', 'pose_estimation'],
  singleFile: COCO_FILE,
  holds: () => ({ ...HOLDS_NOTHING, attributes: 'all', confidence: true, crowd: true, polygons: true, severalRings: true, runLengths: true, keypoints: true, split: true, classDetails: true }),
  writer: (dataset) => cocoWriter(dataset),
  recognises,
  read: (source, notes) => readCoco(source, notes, cocoFiles(source, notes.firstKind)),
};

async function recognises(source: SourceTree): Promise<number> {
  for (const file of cocoFiles(source).read.slice(0, 3)) {
    if (/"(info|licenses|categories|images|annotations)"\s*:/.test(await beginningOf(file)) && /^\s*\{/.test(await beginningOf(file, 16))) return 2;
  }
  return 0;
}
