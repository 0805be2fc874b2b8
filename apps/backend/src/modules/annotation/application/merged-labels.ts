import { maskSpans, spansText } from '@app/dice-format';
import { changesBetween, type LabelObject } from '../domain/label-object.js';
import type { LabelEdit, StoredLabels } from './ports/annotation-store.port.js';

export interface ClassMerge {
  readonly from: number;
  readonly into: number;
}

/**
 * The labels of an image after one class became another. Objects with a place stay as many as they are. Where a class stands once an image, the two become
 * one: the surer label of a classification, both regions of a mask. Status and authors stay: nobody looked at the image.
 */
export function mergedEdit(before: StoredLabels, merge: ClassMerge, actor: string): LabelEdit {
  const { state } = before;
  const objects = mergedObjects(state.objects, merge, before.width * before.height);
  const after = { ...state, revision: state.revision + 1, objects };
  return { before, after, changes: changesBetween(state.objects, objects), relabeled: false, reviewed: false, actor, reason: 'merge' };
}

export function mergedObjects(objects: readonly LabelObject[], { from, into }: ClassMerge, pixels: number): LabelObject[] {
  const moved = objects.map((one) => (one.class_id === from ? { ...one, class_id: into } : one));
  const twins = moved.filter((one) => one.class_id === into && one['bbox'] === undefined);
  const [first, ...others] = twins;
  if (first === undefined || others.length === 0) return moved;
  const one = first['counts'] === undefined ? surest(twins, first) : united(twins, first, pixels);
  return moved.flatMap((object) => (twins.includes(object) ? (object.id === one.id ? [one] : []) : [object]));
}

const confidenceOf = (one: LabelObject): number => (typeof one['confidence'] === 'number' ? one['confidence'] : 1);

function surest(twins: readonly LabelObject[], first: LabelObject): LabelObject {
  return twins.reduce((best, one) => (confidenceOf(one) > confidenceOf(best) ? one : best), first);
}

function united(twins: readonly LabelObject[], first: LabelObject, pixels: number): LabelObject {
  const parts = twins.flatMap((one) => pairs(maskSpans(String(one['counts']), pixels) ?? [])).sort(([a], [b]) => a - b);
  const spans: number[] = [];
  for (const [start, end] of parts) {
    if (spans.at(-1) === start) spans[spans.length - 1] = end;
    else spans.push(start, end);
  }
  return { ...first, counts: spansText(spans, pixels) };
}

function pairs(spans: readonly number[]): (readonly [start: number, end: number])[] {
  return spans.flatMap((start, at) => (at % 2 === 0 ? [[start, spans[at + 1] ?? start] as const] : []));
}
