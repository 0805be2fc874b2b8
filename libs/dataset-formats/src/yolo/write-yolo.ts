import type { DiceClass } from '@app/dice-format';
import { stringify } from 'yaml';
import type { FormatWriter, WriteReport, WrittenFile } from '../format-codec.js';
import { isRings, type ExportedDataset, type ExportedImage, type FormatObject } from '../model.js';
import { insideImages, stemOf, UniqueStems } from '../text/unique-stems.js';
import { UNASSIGNED } from './yolo-layout.js';

/** Boxes, polygons or poses as Ultralytics reads them: `images/<split>`, `labels/<split>` and data.yaml. */
export function yoloWriter(dataset: ExportedDataset, report: WriteReport): FormatWriter {
  return {
    imagePaths,
    async *files(): AsyncIterable<WrittenFile> {
      const points = pointsOf(dataset.classes);
      const lines = new LineWriter(dataset, { points, report });
      const pathOf = imagePaths();
      for await (const image of dataset.images()) {
        const path = pathOf(image);
        if (path !== plainPath(image)) report.lose('file-renamed', image.fileName);
        const text = lines.textOf(image);
        if (text === null) continue;
        yield { name: `${stemOf(path).replace(/^images\//, 'labels/')}.txt`, kind: 'whole', text };
      }
      yield { name: 'data.yaml', kind: 'whole', text: settingsText(dataset, points) };
    },
  };
}

function imagePaths(): (image: Pick<ExportedImage, 'id' | 'fileName' | 'split'>) => string {
  const stems = new UniqueStems();
  return (image) => stems.path(plainPath(image), image.id);
}

const plainPath = ({ fileName, split }: Pick<ExportedImage, 'fileName' | 'split'>): string => `images/${split ?? UNASSIGNED}/${insideImages(fileName)}`;

/** The most that a class has: YOLO wants as many for all. */
function pointsOf(classes: readonly DiceClass[]): number {
  return classes.reduce((most, { details }) => Math.max(most, Array.isArray(details['keypoints']) ? details['keypoints'].length : 0), 0);
}

class LineWriter {
  private readonly indexOf: ReadonlyMap<string, number>;

  constructor(
    private readonly dataset: ExportedDataset,
    private readonly options: { readonly points: number; readonly report: WriteReport },
  ) {
    this.indexOf = new Map(dataset.classes.map(({ name }, index) => [name, index]));
  }

  /** Null: nobody has looked at the image, so it has no label file. */
  textOf(image: ExportedImage): string | null {
    const lines = image.objects.flatMap((object, at) => this.linesOf(object, image, `${image.fileName}#/${at}`));
    if (lines.length === 0 && !image.noObject) return null;
    return lines.map((line) => `${line}\n`).join('');
  }

  private linesOf(object: FormatObject, image: ExportedImage, place: string): string[] {
    const index = this.indexOf.get(object.className);
    if (index === undefined) return [];
    return this.numbersOf(object, image, place).map((numbers) => [index, ...numbers].join(' '));
  }

  private numbersOf(object: FormatObject, image: ExportedImage, place: string): readonly (readonly number[])[] {
    const { segmentation, keypoints, bbox = [0, 0, 0, 0] } = object;
    const [x, y, width, height] = bbox;
    const box = [(x + width / 2) / image.width, (y + height / 2) / image.height, width / image.width, height / image.height];
    switch (this.dataset.taskType) {
      case 'instance_segmentation':
        return segmentation !== undefined && isRings(segmentation) ? segmentation.map((ring) => ring.map((value, at) => value / (at % 2 === 0 ? image.width : image.height))) : [];
      case 'pose_estimation':
        return [[...box, ...this.keypointNumbers(keypoints ?? [], image, place)]];
      default:
        return [box];
    }
  }

  private keypointNumbers(keypoints: readonly number[], image: ExportedImage, place: string): number[] {
    const { points, report } = this.options;
    const wanted = points * 3;
    if (keypoints.length < wanted) report.lose('keypoints-padded', place);
    if (keypoints.length > wanted) report.lose('keypoints', place);
    return Array.from({ length: wanted }, (_, at) => (isAbsent(keypoints, at) ? 0 : (keypoints[at] ?? 0) / divisorOf(at, image)));
  }
}

function divisorOf(at: number, { width, height }: ExportedImage): number {
  if (at % 3 === 2) return 1;
  return at % 3 === 0 ? width : height;
}

/** Whatever stands at an absent point, it has no place. */
const isAbsent = (keypoints: readonly number[], at: number): boolean => (keypoints[at - (at % 3) + 2] ?? 0) === 0;

function settingsText({ classes, taskType }: ExportedDataset, points: number): string {
  const [first] = classes.flatMap(({ details }) => (Array.isArray(details['keypoints']) && details['keypoints'].length === points ? [details['keypoints']] : []));
  const pose = taskType === 'pose_estimation' ? { kpt_shape: [points, 3], ...(first === undefined ? {} : { kpt_names: first }) } : {};
  const names = Object.fromEntries(classes.map(({ name }, index) => [index, name]));
  return stringify({ path: '.', train: 'images/train', val: 'images/val', test: 'images/test', names, ...pose });
}
