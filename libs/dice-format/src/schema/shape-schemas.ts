/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export const object = (properties: Record<string, JsonSchema>, required: readonly string[] = []): JsonSchema => ({ type: 'object', properties, ...(required.length === 0 ? {} : { required }) });
export const list = (items: JsonSchema, more: JsonSchema = {}): JsonSchema => ({ type: 'array', items, ...more });
/** Exactly these items. */
const tuple = (...items: readonly JsonSchema[]): JsonSchema => ({ type: 'array', prefixItems: items, minItems: items.length, items: false });
export const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
export const text: JsonSchema = { type: 'string', minLength: 1 };
const number: JsonSchema = { type: 'number' };
const positive: JsonSchema = { type: 'number', exclusiveMinimum: 0 };
/** Foreign tools cross the border by up to one pixel. */
const coordinate: JsonSchema = { type: 'number', minimum: -1 };
const confidence = orNull({ type: 'number', minimum: 0, maximum: 1 });
const name = orNull({ type: 'string' });

const classIdAndName: Record<string, JsonSchema> = { class_id: { type: 'integer', minimum: 0 }, class_name: name, confidence };

export const label = object(classIdAndName, ['class_id']);

/** Foreign markers of "looked at, contains nothing"; they become `no_object`. */
export const backgroundMarker: JsonSchema = {
  anyOf: [object({ class_id: { const: -1 } }, ['class_id']), object({ class_name: { const: '__background__' } }, ['class_name'])],
};

const ring = list(coordinate, { minItems: 6, description: 'x1, y1, x2, y2, ...: an even count, three points or more.' });
const runLengths = object({ size: tuple({ type: 'integer', minimum: 1 }, { type: 'integer', minimum: 1 }), counts: { anyOf: [list({ type: 'integer', minimum: 0 }), text] } }, ['size', 'counts']);
const segmentation: JsonSchema = { anyOf: [list(ring, { minItems: 1 }), runLengths] };

const flatKeypoints = list(number, { minItems: 3, description: 'x1, y1, v1, ...: three numbers for each name of the class; v is 0 absent, 1 hidden, 2 visible.' });
const keypoints: JsonSchema = { anyOf: [flatKeypoints, list(tuple(number, number, { enum: [0, 1, 2] }), { minItems: 1 })] };

function shapeSchema(more: Record<string, JsonSchema>, required: readonly string[]): JsonSchema {
  const properties = {
    id: { type: ['integer', 'string', 'null'] },
    ...classIdAndName,
    bbox: { ...tuple(coordinate, coordinate, positive, positive), description: 'Left, top, width and height, pixels of the upright image.' },
    bbox_format: { enum: ['xywh', null] },
    area: { type: 'number', minimum: 0, description: 'Derived, never trusted.' },
    iscrowd: { enum: [0, 1, false, true, null] },
    attributes: { type: 'object' },
    ...more,
  };
  return object(properties, ['class_id', 'bbox', ...required]);
}

export const detection = shapeSchema({}, []);
export const instance = shapeSchema({ segmentation }, ['segmentation']);
export const pose = shapeSchema({ keypoints, num_keypoints: { type: 'integer', minimum: 0, description: 'Derived, never trusted.' } }, ['keypoints']);
export const mask = object({ mask_file: text, mask_format: { const: 'indexed_png' }, num_classes: { type: 'integer', minimum: 0 } }, ['mask_file']);
