import type { TaskType } from '@app/dice-format';
import type { FormatCodec, ReadNotes } from '../format-codec.js';
import { HOLDS_NOTHING, type Holds } from '../holds.js';
import type { ImportedImage } from '../model.js';
import { beginningOf, type SourceFile, type SourceTree } from '../source-tree.js';
import { readClassFolders } from './class-folders.js';
import { readClassList } from './read-class-list.js';
import { readYolo } from './read-yolo.js';
import { classFolderWriter, FOLDERS_FILE } from './write-class-folders.js';
import { yoloWriter } from './write-yolo.js';
import { isLabelPath } from './yolo-layout.js';

const HELD: Readonly<Record<TaskType, Partial<Holds>>> = {
  image_classification: {},
  object_detection: { emptiness: true },
  instance_segmentation: { emptiness: true, polygons: true },
  semantic_segmentation: {},
  pose_estimation: { emptiness: true, keypoints: true },
};

/** Ultralytics' forms of YOLO (docs.ultralytics.com/datasets) and Darknet's older one, the latter for reading only. */
export const yoloCodec: FormatCodec = {
  name: 'yolo',
  tasks: ['image_classification', 'object_detection', 'instance_segmentation', 'pose_estimation'],
  singleFile: null,
  holds: (task) => ({ ...HOLDS_NOTHING, split: true, ...HELD[task] }),
  writer: (dataset, report) => (dataset.taskType === 'image_classification' ? classFolderWriter(dataset, report) : yoloWriter(dataset, report)),
  recognises,
  read: readAny,
};

const classList = (source: SourceTree): SourceFile | undefined => source.files.find(({ path }) => path === FOLDERS_FILE);
const labelFiles = (source: SourceTree): SourceFile[] => source.files.filter(({ path }) => isLabelPath(path));

async function recognises(source: SourceTree): Promise<number> {
  const [first] = labelFiles(source);
  if (first !== undefined) return /^\s*(\d+(\s+[\d.eE+-]+){4,}\s*(\n|$)|$)/.test(await beginningOf(first)) || source.withExtension('yaml', 'yml', 'names').length > 0 ? 1.5 : 0;
  if (classList(source) !== undefined) return 2;
  if (source.withExtension('yaml', 'yml', 'names').length > 0) return 1;
  const isFolders = source.images.length > 0 && source.images.every(({ path }) => path.includes('/')) && source.withExtension('json', 'xml').length === 0;
  return isFolders ? 1 : 0;
}

function readAny(source: SourceTree, notes: ReadNotes): AsyncIterable<ImportedImage> {
  if (labelFiles(source).length > 0 || source.withExtension('yaml', 'yml', 'names').length > 0) return readYolo(source, notes);
  const list = classList(source);
  return list === undefined ? readClassFolders(source, notes) : readClassList(list, notes);
}
