import type { ReadNotes } from '../format-codec.js';
import type { ImportedImage } from '../model.js';
import { smallText, type SourceFile, type SourceTree } from '../source-tree.js';
import { stemOf } from '../text/unique-stems.js';
import { isLabelPath, pairKey, placeOf } from './yolo-layout.js';
import { objectOfLine, yoloLines, type KeypointShape, type YoloLine } from './yolo-lines.js';
import { yoloSettings, type YoloSettings } from './yolo-settings.js';

/**
 * YOLO label files: `labels/[split/]name.txt` for `images/[split/]name.jpg`, or both beside each other as Darknet has them. A line is a class and a box
 * (centre, size), a polygon, or a box and keypoints (`kpt_shape` of data.yaml), in fractions of the image. An image without a file is not labeled, one with an
 * empty file is empty.
 */
export async function* readYolo(source: SourceTree, notes: ReadNotes): AsyncIterable<ImportedImage> {
  const settings = await yoloSettings(source);
  const details = settings.keypointNames.length > 0 && settings.keypointNames.length === settings.keypoints?.[0] ? { keypoints: settings.keypointNames } : {};
  for (const [index] of settings.names.entries()) notes.classes.declare(nameOf(settings, index), { details });
  const unnamed = settings.names.length === 0 ? (await highestClass(source)) + 1 : 0;
  for (let index = 0; index < unnamed; index += 1) notes.classes.declare(nameOf(settings, index));
  const labels = new Map(source.files.filter(({ path }) => isLabelPath(path)).map((file) => [pairKey(file.path), file]));
  const reader = new YoloReader(settings, notes);
  for (const image of source.images) {
    const key = pairKey(image.path);
    yield await reader.image(image, labels.get(key));
    labels.delete(key);
  }
  for (const file of labels.values()) yield await reader.image(null, file);
}

const nameOf = ({ names }: YoloSettings, index: number): string => names[index] || `class ${index}`;

/** Without names the numbers are the classes, from 0 and without gaps. */
async function highestClass(source: SourceTree): Promise<number> {
  let highest = -1;
  for (const file of source.files) {
    if (!isLabelPath(file.path)) continue;
    for (const [, number] of (await smallText(file)).matchAll(/^[ \t]*(\d+)[ \t]/gm)) if (Number(number) < MOST_UNNAMED) highest = Math.max(highest, Number(number));
  }
  return highest;
}

/** A label file says what it has in `lines`: it is small, and read when its image's turn comes. */
class YoloReader {
  constructor(
    private readonly settings: YoloSettings,
    private readonly notes: ReadNotes,
  ) {}

  async image(image: SourceFile | null, labels: SourceFile | undefined): Promise<ImportedImage> {
    const file = image ?? labels;
    if (file === undefined) throw new Error('an image has a file or a label file');
    const text = labels === undefined ? null : await smallText(labels);
    const lines = text === null || labels === undefined ? [] : this.lines(labels, text);
    const isEmpty = text?.trim() === '';
    const { keypoints: shape } = this.settings;
    const place = placeOf(file.path);
    return {
      ...place,
      ...(image === null ? { name: stemOf(place.name), stemOnly: true } : {}),
      status: lines.length > 0 || isEmpty ? 'labeled' : 'unlabeled',
      noObject: isEmpty,
      place: { entry: file.path },
      objectsIn: (size) => lines.map((line) => objectOfLine(line, nameOf(this.settings, line.classIndex), { size, shape })),
    };
  }

  private lines(file: SourceFile, text: string): YoloLine[] {
    const { names, keypoints } = this.settings;
    const lines = yoloLines(text, keypoints, (line) => this.error(file, line, 'invalid-line', sentenceOf(keypoints)));
    const known = lines.filter(({ classIndex }, index) => {
      const isKnown = names.length === 0 ? classIndex < MOST_UNNAMED : classIndex < names.length;
      if (!isKnown) this.error(file, index + 1, 'unknown-class', 'The number of the class has no name in the list of names.');
      return isKnown;
    });
    for (const { classIndex } of known) this.notes.classes.count(nameOf(this.settings, classIndex));
    return known;
  }

  private error(file: SourceFile, line: number, code: string, message: string): void {
    this.notes.findings.error(code, `Line ${line}: ${message}`, { entry: file.path });
  }
}

/** Of sources without a list of names. */
const MOST_UNNAMED = 10_000;

function sentenceOf(shape: KeypointShape): string {
  return shape === null ? 'it is neither a box nor a polygon.' : `it is no box with ${shape[0]} keypoints of ${shape[1]} numbers.`;
}
