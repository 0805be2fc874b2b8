import { isRecord } from '../model/json.js';
import type { JsonObject } from '../model/label-object.js';
import { readObject, writeObject } from '../model/object-json.js';
import { annotationOfLayers, layersOfAnnotation, type MaskLayer } from '../masks/mask-values.js';
import { mergeLayers } from '../masks/merge-layers.js';
import { changesBetween, type LabelEdit, type LabelState, type LabelStatus } from './label-state.js';
import { merge, mergeStatus, type Content, type Merge } from './merge.js';

/** How labels of a task look in answers and in a PATCH. */
export interface LabelCodec {
  /** Reads an answer of GET or PATCH, or the `current` of a 412. */
  read(document: JsonObject): LabelState;
  /** The body of the PATCH from one to the other; null where it would say nothing. */
  patch(from: LabelState, to: LabelEdit): JsonObject | null;
  /** Three-way. */
  merge(base: Content, mine: LabelEdit, theirs: Content): Merge;
}

const STATUSES: readonly LabelStatus[] = ['unlabeled', 'labeled', 'reviewed'];
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
  merge,
};

const LAYER = 'layer-';

/** The mask of an annotation as labels of the saver: each class is a layer under a name of its own. */
export const maskObjects = (annotation: unknown): ReadonlyMap<string, JsonObject> => objectsOfLayers(layersOfAnnotation(annotation));
const objectsOfLayers = (layers: readonly MaskLayer[]): ReadonlyMap<string, JsonObject> => new Map(layers.map((layer) => [`${LAYER}${layer.class_id}`, { ...layer }]));
const layersOf = (objects: LabelEdit['objects']): readonly MaskLayer[] => layersOfAnnotation({ mask: { classes: [...objects.values()] } });

export interface MaskCodecOptions {
  readonly width: number;
  readonly height: number;
  /** Both painted the same pixels: mine lies over theirs, and the person should look at these squares of 256 pixels, counted downwards. */
  readonly onOverlap?: (tiles: readonly number[]) => void;
}

/** Semantic masks: a PATCH takes all layers at once, and a merge goes by pixels, since layers must not overlap. */
export function maskCodec({ width, height, onOverlap }: MaskCodecOptions): LabelCodec {
  const size = { width, height };
  return {
    read: (document) => ({ ...headOf(document), objects: maskObjects(document['annotation']) }),
    patch(from, to) {
      const isSame = changesBetween(from.objects, to.objects).length === 0;
      return nothingAsNull({ ...(isSame ? {} : { annotation: annotationOfLayers(layersOf(to.objects), size) }), ...flagsOf(from, to) });
    },
    merge(base, mine, theirs) {
      const { merged, overlapping } = mergeLayers(size, { base: layersOf(base.objects), mine: layersOf(mine.objects), theirs: layersOf(theirs.objects) });
      if (overlapping.length > 0) onOverlap?.(overlapping);
      return { merged: mergeStatus(objectsOfLayers(merged), { base, mine, theirs }), conflicts: [] };
    },
  };
}
