import { ImageDocument, readObject, writeObject, type JsonObject, type LabelObject } from '../../../engine/index.js';
import type { LabelEdit } from '../../../engine/save/index.js';

/** Objects never change, so that each is written once. */
const written = new WeakMap<LabelObject, JsonObject>();

function bodyOf(object: LabelObject): JsonObject {
  const known = written.get(object);
  if (known !== undefined) return known;
  const body = writeObject(object);
  written.set(object, body);
  return body;
}

/** The labels on the screen as they are saved. */
export const editOf = (document: ImageDocument): LabelEdit => ({ objects: new Map(document.all().map((one) => [one.id, bodyOf(one)])), noObject: document.noObject });

/** Saved labels as the canvas shows them. */
export const objectsOf = (labels: LabelEdit): readonly LabelObject[] => [...labels.objects].flatMap(([id, body]) => readObject({ id, ...body }) ?? []);
