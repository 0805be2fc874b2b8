import { ClassTable, layersOfLabelMap, readImageLabels, readMaskPixels, streamTopLevel, taskTypeOf, type ImageLabels, type JsonObject, type TaskType } from '@app/dice-format';
import { DomainError } from '@app/kernel';
import type { ReadNotes } from '../format-codec.js';
import { boxOf, finiteOf, numbersOf, objectOf, ringsOf, sparse } from '../fields.js';
import type { FormatObject, ImportedImage, RunLengths } from '../model.js';
import { placed, type SourceFile, type SourceTree } from '../source-tree.js';
import { PlacedFindings } from './placed-findings.js';

/** annotations.json, or the one JSON file of the source whatever it is called. */
export function labelFileOf(source: SourceTree): SourceFile | undefined {
  const all = source.withExtension('json').filter(({ path }) => !/(^|\/)(meta|export-report)\.json$/.test(path));
  return all.find(({ path }) => /(^|\/)annotations\.json$/.test(path)) ?? (all.length === 1 ? all[0] : undefined);
}

/** A DICE label file, read twice: once for what stands in any order around the images, once for the images. */
export async function* readDice(source: SourceTree, notes: ReadNotes): AsyncIterable<ImportedImage> {
  const file = labelFileOf(source);
  if (file === undefined) return;
  try {
    const masks = new Map(source.withExtension('png').map((mask) => [mask.path, mask]));
    const head = await headOf(file, { notes, hasMasks: [...masks.keys()].some((path) => /(^|\/)masks\//.test(path)) });
    for await (const item of streamTopLevel(file.open(), { signal: notes.signal })) {
      if (item.key !== 'images' || !('element' in item)) continue;
      const labels = readImageLabels(item.element, { ...head, pointer: `/images/${item.index}` });
      if (labels !== undefined) yield imageOf(labels, await objectsOf(labels, { head, masks, file }), { notes, place: { entry: file.path, pointer: `/images/${item.index}` } });
    }
  } catch (error) {
    throw placed(error, file.path);
  }
}

interface Head {
  readonly taskType: TaskType;
  readonly classes: ClassTable;
  readonly findings: PlacedFindings;
}

async function headOf(file: SourceFile, { notes, hasMasks }: { readonly notes: ReadNotes; readonly hasMasks: boolean }): Promise<Head> {
  const findings = new PlacedFindings(notes.findings, file.path);
  const classes = new ClassTable(findings);
  let taskType: TaskType | undefined;
  for await (const item of streamTopLevel(file.open(), { signal: notes.signal })) {
    if ('element' in item) {
      if (item.key === 'classes') classes.add(item.element, item.index);
    } else if (item.key === 'task_type') taskType = taskTypeOf(item.value, hasMasks);
  }
  if (taskType === undefined) throw new DomainError('validation-failed', 'The label file has no task_type of the five.', { findings: [{ code: 'invalid-field', message: 'The task_type is one of the five tasks.', pointer: '/task_type' }] });
  for (const { name, color, details } of classes.byId.values()) notes.classes.declare(name, { color, details });
  return { taskType, classes, findings };
}

function imageOf(labels: ImageLabels, objects: readonly FormatObject[], { notes, place }: { readonly notes: ReadNotes; readonly place: ImportedImage['place'] }): ImportedImage {
  for (const { className } of objects) if (className !== '') notes.classes.count(className);
  const { fileName: name, width, height, split, status, noObject } = labels;
  return { name, width, height, split, status, noObject, place, objectsIn: () => objects };
}

interface MaskSource {
  readonly head: Head;
  readonly masks: ReadonlyMap<string, SourceFile>;
  readonly file: SourceFile;
}

async function objectsOf(labels: ImageLabels, { head, masks, file }: MaskSource): Promise<readonly FormatObject[]> {
  const nameOf = (id: unknown): string => head.classes.byId.get(Number(id))?.name ?? '';
  if (labels.maskFile === undefined) return labels.annotations.map((body) => objectOfBody(body, nameOf(body['class_id'])));
  const mask = masks.get(file.path.replace(/[^/]*$/, '') + labels.maskFile);
  const map = mask === undefined ? 'The mask is not in the zip.' : readMaskPixels(await bytesOf(mask));
  if (typeof map === 'string') return left(() => head.findings.error('invalid-mask', map, { entry: labels.maskFile }));
  return layersOfLabelMap(map.pixels, map).map(({ class_id: id, counts }) => ({ className: nameOf(id), layer: counts }));
}

function left(report: () => void): [] {
  report();
  return [];
}

const MOST_MASK_BYTES = 64 * 2 ** 20;

async function bytesOf(file: SourceFile): Promise<Uint8Array> {
  if (file.sizeBytes > MOST_MASK_BYTES) throw new DomainError('too-large', 'A mask is larger than any the platform writes.', { findings: [{ code: 'file-size', message: 'The mask is too large.', entry: file.path }] });
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function objectOfBody(body: JsonObject, className: string): FormatObject {
  const segmentation = ringsOf(body['segmentation']) ?? runLengthsOf(objectOf(body['segmentation']));
  const { attributes, confidence, iscrowd, keypoints } = body;
  return sparse({ className, confidence: finiteOf(confidence), bbox: boxOf(body['bbox']), segmentation, keypoints: numbersOf(keypoints), crowd: iscrowd === 1, attributes: objectOf(attributes) });
}

function runLengthsOf(value: JsonObject | undefined): RunLengths | undefined {
  const [size, counts] = [numbersOf(value?.['size']), numbersOf(value?.['counts'])];
  return size === undefined || counts === undefined ? undefined : { size, counts };
}
