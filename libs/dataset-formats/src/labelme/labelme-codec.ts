import type { TaskType } from '@app/dice-format';
import type { FormatCodec } from '../format-codec.js';
import { HOLDS_NOTHING, type Holds } from '../holds.js';
import { beginningOf, type SourceTree } from '../source-tree.js';
import { readLabelme } from './read-labelme.js';
import { labelmeWriter } from './write-labelme.js';

const HELD: Readonly<Record<TaskType, Partial<Holds>>> = {
  image_classification: { emptiness: false },
  object_detection: {},
  instance_segmentation: { polygons: true, severalRings: true },
  semantic_segmentation: {},
  pose_estimation: {},
};

/** labelme (wkentaro/labelme), a JSON an image; the XML of the older LabelMe web tool is read too. */
export const labelmeCodec: FormatCodec = {
  name: 'labelme',
  tasks: ['image_classification', 'object_detection', 'instance_segmentation', 'pose_estimation'],
  singleFile: null,
  holds: (task) => ({ ...HOLDS_NOTHING, attributes: 'all', emptiness: true, ...HELD[task] }),
  writer: (dataset, report) => labelmeWriter(dataset, report),
  recognises,
  read: readLabelme,
};

async function recognises(source: SourceTree): Promise<number> {
  for (const file of source.withExtension('json').slice(0, 3)) if (/"(shapes|imagePath|flags)"\s*:/.test(await beginningOf(file))) return 2;
  for (const file of source.withExtension('xml').slice(0, 3)) if (/LabelMe Webtool|<imagesize>|<polygon>\s*<(username|pt)>/.test(await beginningOf(file))) return 2;
  return 0;
}
