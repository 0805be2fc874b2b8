import {
  type ClassTable,
  fieldsOfBody,
  IGNORE_CLASS,
  LARGEST_MASK_CLASS,
  liveObject,
  maskSpans,
  type PixelSize,
  readBody,
  type ShapeContext,
  spansOverlap,
  spansText,
  type TaskType,
} from '@app/dice-format';
import type { JsonObject, LabelObject, ObjectIdentity } from '../domain/label-object.js';
import { LabelRules, type Report } from '../domain/label-rules.port.js';
import { checkAttributes, checkFields, checkSizes, withBox } from './body-checks.js';
import { readMaskBody } from './mask-body.js';

export interface ImageFacts extends PixelSize {
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  readonly classes: ClassTable;
}

/** Whether an image has one annotation and no list. */
export function isOneObject({ taskType, multiLabel }: Pick<ImageFacts, 'taskType' | 'multiLabel'>): boolean {
  return taskType === 'image_classification' && !multiLabel;
}

interface ReadPlace {
  readonly pointer: string;
  readonly report: Report;
  readonly known: LabelObject | undefined;
}

const MAX_MODEL_LENGTH = 200;

/** The rules of libs/dice-format for the labels of one image. */
export class DiceLabelRules extends LabelRules {
  readonly single: boolean;
  readonly masked: boolean;

  constructor(private readonly image: ImageFacts) {
    super();
    this.masked = image.taskType === 'semantic_segmentation';
    this.single = isOneObject(image);
  }

  read(body: JsonObject, identity: ObjectIdentity, place: ReadPlace): LabelObject | null {
    let sound = true;
    const report: Report = (...finding) => {
      sound = false;
      place.report(...finding);
    };
    checkFields(body, this.image.taskType, { pointer: place.pointer, report });
    const origin = originOf(body, place.pointer, report);
    const fields = this.masked ? this.readLayer(body, place.pointer, report) : this.readShape(body, { ...place, report });
    return sound && fields !== null ? liveObject(identity, { ...fields, ...origin }) : null;
  }

  bodyOf(object: LabelObject): JsonObject {
    const { id: _, number: __, source: ___, ...body } = object;
    return body;
  }

  merged(object: LabelObject, fields: JsonObject): JsonObject {
    const { bbox, ...rest } = this.bodyOf(object);
    return fields['segmentation'] === undefined ? { ...rest, bbox, ...fields } : { ...rest, ...fields };
  }

  readMask(body: JsonObject, pointer: string, report: Report): readonly { readonly body: JsonObject; readonly pointer: string }[] | null {
    return readMaskBody(body, { pointer, report, size: this.image });
  }

  check(objects: readonly LabelObject[], report: Report): void {
    if (this.single && objects.length > 1) report('several-labels', 'An image of this dataset has one class.', '/annotations');
    if (!this.masked) return;
    if (new Set(objects.map((one) => one.class_id)).size < objects.length) report('duplicate-class', 'A class has one layer.', '/annotation/mask/classes');
    const total = this.image.width * this.image.height;
    if (spansOverlap(objects.map((one) => maskSpans(String(one['counts']), total) ?? []))) report('mask-overlap', 'Two classes have the same pixel.', '/annotation/mask/classes');
  }

  private readShape(body: JsonObject, { pointer, report, known }: ReadPlace): ReturnType<typeof fieldsOfBody> | null {
    const shape: ShapeContext = {
      width: this.image.width,
      height: this.image.height,
      extent: { x: 0, y: 0 },
      report: (code, message, field) => report(code, message, field === '' ? pointer : `${pointer}/${field}`),
    };
    checkAttributes(body['attributes'], known?.['attributes'], { pointer, report });
    if (!checkSizes(body, { pointer, report })) return null;
    const read = readBody(withBox(body, this.image.taskType, shape), this.image, shape);
    return read === undefined ? null : fieldsOfBody(read);
  }

  private readLayer(body: JsonObject, pointer: string, report: Report): { class_id: number; counts: string } | null {
    const { counts } = body;
    const total = this.image.width * this.image.height;
    const spans = typeof counts === 'string' ? maskSpans(counts, total) : undefined;
    if (spans === undefined) report('invalid-rle', 'The counts are COCO run lengths that add up to the pixels of the image.', `${pointer}/counts`);
    else if (spans.length === 0) report('empty-layer', 'A class without a pixel is left out.', `${pointer}/counts`);
    const classId = this.layerClass(body, pointer, report);
    return spans === undefined || classId === null ? null : { class_id: classId, counts: spansText(spans, total) };
  }

  private layerClass(body: JsonObject, pointer: string, report: Report): number | null {
    const { class_id: classId, class_name: name = null } = body;
    const known = typeof classId === 'number' && (classId === IGNORE_CLASS || (this.image.classes.byId.has(classId) && classId <= LARGEST_MASK_CLASS));
    if (!known) {
      report('unknown-class', `The class_id is an id of the classes up to ${LARGEST_MASK_CLASS}, or ${IGNORE_CLASS} for what is to be ignored.`, `${pointer}/class_id`);
      return null;
    }
    if (name !== null && name !== this.image.classes.byId.get(classId)?.name) report('class-name-mismatch', 'The class_name is not the name of the class_id.', `${pointer}/class_name`);
    return classId;
  }
}

/** What is told of the model that proposed an object. */
function originOf(body: JsonObject, pointer: string, report: Report): { score?: number; model?: string } {
  const { score, model } = body;
  const origin: { score?: number; model?: string } = {};
  if (typeof score === 'number' && score >= 0 && score <= 1) origin.score = score;
  else if (score !== undefined && score !== null) report('invalid-field', 'A score is a number from 0 to 1.', `${pointer}/score`);
  if (typeof model === 'string' && model.length > 0 && model.length <= MAX_MODEL_LENGTH) origin.model = model;
  else if (model !== undefined && model !== null) report('invalid-field', `A model is a text of 1 to ${MAX_MODEL_LENGTH} characters.`, `${pointer}/model`);
  return origin;
}
