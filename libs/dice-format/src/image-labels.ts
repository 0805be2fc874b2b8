import type { ClassTable } from './dice-class.js';
import type { FindingCollector } from './finding-collector.js';
import { isObject, isSmallInteger, isText, type JsonObject } from './json-access.js';
import { readBox, readKeypoints, readSegmentation, type ShapeContext } from './object-shape.js';
import type { TaskType } from './task-type.js';

export type Split = 'train' | 'val' | 'test';
export type LabelStatus = 'unlabeled' | 'labeled' | 'reviewed';

/** One element of `images[]`, checked and in one shape whatever the writer chose. Sizes are undefined where the file does not give them. */
export interface ImageLabels {
  readonly id: number;
  readonly fileName: string;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly depth: number | undefined;
  readonly split: Split | null;
  readonly status: LabelStatus;
  readonly noObject: boolean;
  readonly maskFile: string | undefined;
  readonly annotations: readonly JsonObject[];
  readonly classIds: readonly number[];
  /** Largest x and y of shapes, 0 when the declared size was known and used. */
  readonly extent: { readonly x: number; readonly y: number };
}

export interface LabelContext {
  readonly taskType: TaskType;
  readonly classes: ClassTable;
  readonly findings: FindingCollector;
  readonly pointer: string;
}

function readSplit(value: unknown, context: LabelContext): Split | null {
  if (value === undefined || value === null || value === 'none') return null;
  if (value === 'train' || value === 'val' || value === 'test') return value;
  context.findings.error('invalid-split', 'A split is train, val, test or absent.', { pointer: `${context.pointer}/split` });
  return null;
}

function sizeOf(raw: JsonObject, field: string, context: LabelContext): number | undefined {
  const value = raw[field];
  if (value === undefined || value === null || value === 0) return undefined;
  if (isSmallInteger(value, 1)) return value;
  context.findings.error('invalid-field', `The ${field} is an integer from 1 to 2147483647.`, { pointer: `${context.pointer}/${field}` });
  return undefined;
}

/** The raw annotations with their pointers, from `annotation` or `annotations`. */
function rawAnnotations(raw: JsonObject, context: LabelContext): { value: unknown; pointer: string }[] {
  const single = raw['annotation'];
  const many = raw['annotations'];
  if (single !== undefined && single !== null) return [{ value: single, pointer: `${context.pointer}/annotation` }];
  if (many === undefined || many === null) return [];
  if (Array.isArray(many)) return many.map((value: unknown, index) => ({ value, pointer: `${context.pointer}/annotations/${index}` }));
  context.findings.error('invalid-field', 'The annotations are an array.', { pointer: `${context.pointer}/annotations` });
  return [];
}

interface Body {
  readonly annotations: JsonObject[];
  readonly extent: { x: number; y: number };
  maskFile: string | undefined;
  background: boolean;
}

function confidenceOf(raw: JsonObject, report: ShapeContext['report']): number {
  const value = raw['confidence'] ?? 1;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  report('invalid-field', 'A confidence is a number from 0 to 1.', 'confidence');
  return 1;
}

function checkedClass(raw: JsonObject, classes: ClassTable, report: ShapeContext['report']): number | undefined {
  const id = raw['class_id'];
  const known = typeof id === 'number' ? classes.byId.get(id) : undefined;
  if (known === undefined) {
    report('unknown-class', 'The class_id is not an id of the classes.', 'class_id');
    return undefined;
  }
  const name = raw['class_name'];
  if (name !== undefined && name !== null && name !== known.name) report('class-name-mismatch', 'The class_name is not the name of the class_id.', 'class_name');
  return known.id;
}

const CROWD: ReadonlySet<unknown> = new Set([0, 1, false, true]);
const STATUSES: ReadonlySet<unknown> = new Set(['unlabeled', 'labeled', 'reviewed']);

function readObject(raw: JsonObject, task: TaskType, shape: ShapeContext, count: number | undefined): JsonObject {
  const polygons = task === 'instance_segmentation' ? readSegmentation(raw['segmentation'], shape) : undefined;
  const keypoints = task === 'pose_estimation' ? readKeypoints(raw['keypoints'], count, shape) : undefined;
  if ((raw['bbox_format'] ?? 'xywh') !== 'xywh') shape.report('invalid-box', 'The bbox_format is xywh.', 'bbox_format');
  const crowd = raw['iscrowd'] ?? 0;
  if (!CROWD.has(crowd)) shape.report('invalid-field', 'The iscrowd is 0 or 1.', 'iscrowd');
  return {
    id: raw['id'] ?? null,
    bbox: readBox(raw['bbox'], shape) ?? null,
    iscrowd: Number(crowd),
    attributes: isObject(raw['attributes']) ? raw['attributes'] : {},
    ...(polygons === undefined ? {} : { segmentation: polygons }),
    ...(keypoints === undefined ? {} : { keypoints }),
  };
}

function readMask(raw: JsonObject, body: Body, report: ShapeContext['report']): void {
  if (!isText(raw['mask_file'])) return report('invalid-field', 'The mask_file is the path of a mask.', 'mask_file');
  if (raw['mask_format'] !== undefined && raw['mask_format'] !== 'indexed_png') report('invalid-field', 'The mask_format is indexed_png.', 'mask_format');
  body.maskFile = raw['mask_file'];
}

function readAnnotation(item: { value: unknown; pointer: string }, body: Body, context: LabelContext, size: { width: number | undefined; height: number | undefined }): void {
  const report: ShapeContext['report'] = (code, message, field) => context.findings.error(code, message, { pointer: `${item.pointer}${field === '' ? '' : `/${field}`}` });
  if (!isObject(item.value)) return report('invalid-field', 'An annotation is an object.', '');
  const raw = item.value;
  if (context.taskType === 'semantic_segmentation') return readMask(raw, body, report);
  if (context.classes.isBackground(raw['class_id'], raw['class_name'])) {
    body.background = true;
    return;
  }
  const read = readBody(raw, context, { ...size, extent: body.extent, report });
  if (read !== undefined) body.annotations.push(read);
}

/** Checks one annotation of a task without masks and gives it in its one form; everything wrong with it goes to `report`. Undefined without a known class. */
export function readBody(raw: JsonObject, rules: Pick<LabelContext, 'taskType' | 'classes'>, shape: ShapeContext): JsonObject | undefined {
  const classId = checkedClass(raw, rules.classes, shape.report);
  const common = { class_id: classId, confidence: confidenceOf(raw, shape.report) };
  const count = classId === undefined ? undefined : rules.classes.keypointCount(classId);
  const body = rules.taskType === 'image_classification' ? common : { ...common, ...readObject(raw, rules.taskType, shape, count) };
  return classId === undefined ? undefined : body;
}

function checkUniqueIds(body: Body, context: LabelContext): void {
  const seen = new Set<unknown>();
  for (const { id } of body.annotations) {
    if (id === undefined || id === null) continue;
    if (seen.has(id)) context.findings.error('duplicate-id', 'An annotation id appears twice in one image.', { pointer: `${context.pointer}/annotations` });
    seen.add(id);
  }
}

function metadataOf(raw: JsonObject): JsonObject {
  return isObject(raw['metadata']) ? raw['metadata'] : {};
}

function statusOf(raw: JsonObject, body: Body, context: LabelContext): { status: LabelStatus; noObject: boolean } {
  const metadata = metadataOf(raw);
  const given = metadata['status'] ?? 'unlabeled';
  if (!STATUSES.has(given)) {
    context.findings.error('invalid-field', 'A status is unlabeled, labeled or reviewed.', { pointer: `${context.pointer}/metadata/status` });
  }
  const has = body.annotations.length > 0 || body.maskFile !== undefined;
  const emptyByStatus = given !== 'unlabeled' && Array.isArray(raw['annotations']) && context.taskType !== 'image_classification';
  const noObject = !has && (body.background || metadata['no_object'] === true || emptyByStatus);
  if (!has && !noObject) return { status: 'unlabeled', noObject };
  return { status: given === 'reviewed' ? 'reviewed' : 'labeled', noObject };
}

/** Checks one element of `images[]`; undefined (with findings) where it cannot be identified. */
export function readImageLabels(raw: unknown, context: LabelContext): ImageLabels | undefined {
  const { findings, pointer } = context;
  if (!isObject(raw)) return void findings.error('invalid-field', 'An image is an object.', { pointer });
  const { id, file_name: fileName } = raw;
  if (!isSmallInteger(id, 1)) return void findings.error('invalid-field', 'The id of an image is an integer from 1 to 2147483647.', { pointer: `${pointer}/id` });
  if (!isText(fileName)) return void findings.error('invalid-field', 'The file_name is a text that is not empty.', { pointer: `${pointer}/file_name` });
  const size = { width: sizeOf(raw, 'width', context), height: sizeOf(raw, 'height', context) };
  const body: Body = { annotations: [], extent: { x: 0, y: 0 }, maskFile: undefined, background: false };
  for (const item of rawAnnotations(raw, context)) readAnnotation(item, body, context, size);
  checkUniqueIds(body, context);
  const classIds = [...new Set(body.annotations.map((annotation) => Number(annotation['class_id'])))].sort((a, b) => a - b);
  return {
    ...{ id, fileName: fileName.replace(/^\.\//, '').normalize('NFC'), ...size, depth: sizeOf(raw, 'depth', context), split: readSplit(raw['split'], context) },
    ...statusOf(raw, body, context),
    ...{ maskFile: body.maskFile, annotations: body.annotations, classIds, extent: body.extent },
  };
}
