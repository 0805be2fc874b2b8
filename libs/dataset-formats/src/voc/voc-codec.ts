import type { FormatCodec } from '../format-codec.js';
import { HOLDS_NOTHING } from '../holds.js';
import { beginningOf, type SourceTree } from '../source-tree.js';
import { readVoc } from './read-voc.js';
import { vocWriter } from './write-voc.js';

/** Pascal VOC (devkit 2012) as labelImg, CVAT and Datumaro write it: an XML an image, splits in ImageSets/Main. */
export const vocCodec: FormatCodec = {
  name: 'voc',
  tasks: ['object_detection', 'instance_segmentation', 'pose_estimation'],
  singleFile: null,
  holds: () => ({ ...HOLDS_NOTHING, attributes: 'scalar', emptiness: true, split: true }),
  writer: (dataset, report) => vocWriter(dataset, report),
  recognises,
  read: readVoc,
};

async function recognises(source: SourceTree): Promise<number> {
  for (const file of source.withExtension('xml').slice(0, 5)) {
    const text = await beginningOf(file);
    if (/<annotation[\s>]/.test(text) && /<(bndbox|size|segmented|database)[\s>/]/.test(text)) return 2;
  }
  return 0;
}
