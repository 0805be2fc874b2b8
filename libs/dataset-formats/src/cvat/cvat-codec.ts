import type { FormatCodec } from '../format-codec.js';
import { HOLDS_NOTHING } from '../holds.js';
import { beginningOf, type SourceTree } from '../source-tree.js';
import { readCvat } from './read-cvat.js';
import { CVAT_FILE, cvatWriter } from './write-cvat.js';

/** "CVAT for images 1.1" (docs.cvat.ai, XML annotation format). */
export const cvatCodec: FormatCodec = {
  name: 'cvat',
  tasks: ['image_classification', 'object_detection', 'instance_segmentation', 'semantic_segmentation', 'pose_estimation'],
  singleFile: CVAT_FILE,
  holds: () => ({ ...HOLDS_NOTHING, attributes: 'scalar', polygons: true, severalRings: true, runLengths: true, keypoints: true, split: true, classColor: true }),
  writer: (dataset) => cvatWriter(dataset),
  recognises,
  read: readCvat,
};

async function recognises(source: SourceTree): Promise<number> {
  for (const file of source.withExtension('xml').slice(0, 3)) if (/<annotations[\s>]/.test(await beginningOf(file))) return 2;
  return 0;
}
