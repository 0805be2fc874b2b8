import { maskSpans, type PixelSize } from '@app/dice-format';
import type { JsonObject } from '../domain/label-object.js';
import type { Report } from '../domain/label-rules.port.js';
import { unknownFields } from './body-checks.js';

interface MaskPlace {
  readonly pointer: string;
  readonly report: Report;
  readonly size: PixelSize;
}

interface Layer {
  readonly body: JsonObject;
  readonly pointer: string;
}

/** One for each value of an 8-bit pixel. */
const MAX_LAYERS = 256;
/** An answer's fields that may come back beside the mask. */
const BESIDE = new Set(['mask']);
const OF_MASK = new Set(['size', 'classes']);

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The layers of `{mask: {size: [height, width], classes: [{class_id, counts}]}}`; layers without a pixel are left out. Null where something was reported. */
export function readMaskBody(body: JsonObject, { pointer, report, size }: MaskPlace): readonly Layer[] | null {
  const { mask } = body;
  unknownFields(body, BESIDE, { pointer, report });
  const at = `${pointer}/mask`;
  if (!isObject(mask)) return refused(report, 'The annotation of a semantic mask is {mask: {size, classes}}.', at);
  unknownFields(mask, OF_MASK, { pointer: at, report });
  if (!isSize(mask['size'], size)) return refused(report, `The size of the mask is [height, width] of its image: [${size.height}, ${size.width}].`, `${at}/size`);
  const { classes } = mask;
  if (!Array.isArray(classes) || classes.length > MAX_LAYERS) return refused(report, `The classes of a mask are a list of at most ${MAX_LAYERS}.`, `${at}/classes`);
  return layersOf(classes, { pointer: `${at}/classes`, report, size });
}

function layersOf(classes: readonly unknown[], { pointer, report, size }: MaskPlace): readonly Layer[] | null {
  const layers: Layer[] = [];
  const seen = new Set<unknown>();
  let sound = true;
  classes.forEach((layer, index) => {
    const at = `${pointer}/${index}`;
    if (!isObject(layer)) {
      sound = false;
      return report('invalid-field', 'A layer is an object with class_id and counts.', at);
    }
    if (seen.has(layer['class_id'])) report('duplicate-class', 'A class has one layer.', `${at}/class_id`);
    seen.add(layer['class_id']);
    if (!isBlank(layer['counts'], size)) layers.push({ body: layer, pointer: at });
  });
  return sound ? layers : null;
}

function isBlank(counts: unknown, size: PixelSize): boolean {
  return typeof counts === 'string' && maskSpans(counts, size.width * size.height)?.length === 0;
}

function isSize(value: unknown, size: PixelSize): boolean {
  return Array.isArray(value) && value.length === 2 && value[0] === size.height && value[1] === size.width;
}

function refused(report: Report, message: string, pointer: string): null {
  report('invalid-mask', message, pointer);
  return null;
}
