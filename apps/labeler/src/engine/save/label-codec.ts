import type { JsonObject } from '../model/label-object.js';
import { readObject, writeObject } from '../model/object-json.js';
import { changesBetween, type LabelEdit, type LabelState, type LabelStatus } from './label-state.js';

/** How labels of a task look in answers and in a PATCH. */
export interface LabelCodec {
  /** Reads an answer of GET or PATCH, or the `current` of a 412. */
  read(document: JsonObject): LabelState;
  /** The body of the PATCH from one to the other; null where it would say nothing. */
  patch(from: LabelState, to: LabelEdit): JsonObject | null;
}

const STATUSES: readonly LabelStatus[] = ['unlabeled', 'labeled', 'reviewed'];
const isRecord = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const recordsOf = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isRecord) : []);

function headOf(document: JsonObject): Omit<LabelState, 'objects'> {
  const { revision, no_object: noObject, status } = document;
  return { revision: typeof revision === 'number' ? revision : 0, noObject: noObject === true, status: STATUSES.find((one) => one === status) ?? 'unlabeled' };
}

/** Only what differs; `no_object` goes with the objects, since the one rules out the other. */
function flagsOf(from: LabelState, to: LabelEdit): JsonObject {
  return {
    ...(to.noObject === from.noObject ? {} : { no_object: to.noObject }),
    ...(to.status === undefined || to.status === from.status ? {} : { status: to.status }),
  };
}

const nothingAsNull = (body: JsonObject): JsonObject | null => (Object.keys(body).length === 0 ? null : body);

/** Tasks of objects, and classification: `annotations`, or the one `annotation`. */
export const objectCodec: LabelCodec = {
  read(document) {
    const all = isRecord(document['annotation']) ? [document['annotation']] : recordsOf(document['annotations']);
    const objects = all.flatMap((json) => {
      const object = readObject(json);
      return object === null ? [] : [[object.id, writeObject(object)] as const];
    });
    return { ...headOf(document), objects: new Map(objects) };
  },
  patch(from, to) {
    const changes = changesBetween(from.objects, to.objects);
    return nothingAsNull({ ...(changes.length === 0 ? {} : { changes }), ...flagsOf(from, to) });
  },
};

const LAYER = 'layer-';

/** Semantic masks: each class is a layer, and the PATCH takes all of them at once. */
export function maskCodec(size: { readonly width: number; readonly height: number }): LabelCodec {
  return {
    read(document) {
      const { annotation } = document;
      const mask = isRecord(annotation) && isRecord(annotation['mask']) ? annotation['mask'] : {};
      const layers = recordsOf(mask['classes']).map((layer) => [`${LAYER}${String(layer['class_id'])}`, { class_id: layer['class_id'], counts: layer['counts'] }] as const);
      return { ...headOf(document), objects: new Map(layers) };
    },
    patch(from, to) {
      const isSame = changesBetween(from.objects, to.objects).length === 0;
      const mask = { size: [size.height, size.width], classes: [...to.objects.values()] };
      return nothingAsNull({ ...(isSame ? {} : { annotation: to.objects.size === 0 ? null : { mask } }), ...flagsOf(from, to) });
    },
  };
}
