import { ClassTable, FindingCollector, LARGEST_MASK_CLASS, PALETTE, type TaskType } from '@app/dice-format';
import { DomainError } from '@app/kernel';
import type { ClassList, LiveClass } from './ports/class-store.port.js';

/** Fields of a class as a client gives them; null takes one away. */
export interface ClassFields {
  readonly name?: string;
  readonly color?: string;
  readonly supercategory?: string | null;
  readonly keypoints?: readonly string[] | null;
  readonly skeleton?: readonly (readonly number[])[] | null;
}

export type ClassChange =
  | { readonly kind: 'add'; readonly fields: ClassFields & { readonly name: string } }
  | { readonly kind: 'edit'; readonly classId: number; readonly fields: ClassFields }
  | { readonly kind: 'order'; readonly classIds: readonly number[] }
  | { readonly kind: 'merge'; readonly classId: number; readonly into: number }
  | { readonly kind: 'delete'; readonly classId: number };

export interface ClassPlan {
  readonly classes: readonly LiveClass[];
  readonly nextClassId: number;
  readonly change: 'added' | 'renamed' | 'recolored' | 'reordered' | 'merged' | 'deleted' | 'described';
  readonly classId: number | null;
  /** Labels of `from` become labels of `into`. */
  readonly merge: { readonly from: number; readonly into: number } | null;
}

/** What a change makes of the classes. Throws `not-found`, `validation-failed`, or `state-conflict` for a class in use. */
export function planClassChange(list: ClassList, change: ClassChange, taskType: TaskType): ClassPlan {
  const { nextClassId, classes } = list;
  const kept = { classes, nextClassId, merge: null };
  switch (change.kind) {
    case 'add':
      return { ...kept, ...added(list, change.fields, taskType), change: 'added' };
    case 'edit':
      return { ...kept, ...edited(list, change.classId, change.fields) };
    case 'order':
      return { ...kept, classes: ordered(classes, change.classIds), change: 'reordered', classId: null };
    case 'merge':
      return { ...kept, ...merged(list, change, taskType), change: 'merged', classId: change.classId };
    case 'delete':
      return { ...kept, classes: without(classes, unused(found(classes, change.classId), 'It cannot be deleted; merge it into another class.')), change: 'deleted', classId: change.classId };
  }
}

function found(classes: readonly LiveClass[], id: number): LiveClass {
  const one = classes.find((candidate) => candidate.id === id);
  if (one === undefined) throw new DomainError('not-found', 'The dataset has no such class.');
  return one;
}

function unused(one: LiveClass, consequence: string): LiveClass {
  if (one.imageCount > 0) throw new DomainError('state-conflict', `The class is shown by ${one.imageCount} image(s). ${consequence}`, { extensions: { image_count: one.imageCount } });
  return one;
}

const without = (classes: readonly LiveClass[], gone: LiveClass): LiveClass[] => classes.filter((one) => one.id !== gone.id);
const refused = (code: string, message: string, pointer: string): DomainError => new DomainError('validation-failed', 'The classes cannot be changed like this.', { findings: [{ code, message, pointer }] });

function added(list: ClassList, fields: ClassFields & { readonly name: string }, taskType: TaskType): Pick<ClassPlan, 'classes' | 'nextClassId' | 'classId'> {
  const id = list.nextClassId;
  if (taskType === 'semantic_segmentation' && id > LARGEST_MASK_CLASS) throw refused('too-many-classes', `A mask of 8 bits knows class ids up to ${LARGEST_MASK_CLASS}, and an id is never given twice.`, '');
  const { name, color = PALETTE[id % PALETTE.length] ?? '#808080' } = fields;
  const one = { id, name, color, details: detailsWith({}, fields), imageCount: 0 };
  return { classes: [...list.classes, checked(one, list.classes)], nextClassId: id + 1, classId: id };
}

function edited(list: ClassList, classId: number, fields: ClassFields): Pick<ClassPlan, 'classes' | 'change' | 'classId'> {
  const before = found(list.classes, classId);
  if (fields.keypoints !== undefined || fields.skeleton !== undefined) unused(before, 'Its keypoints and skeleton cannot be changed any more.');
  const { name = before.name, color = before.color } = fields;
  const others = without(list.classes, before);
  const after = checked({ ...before, name, color, details: detailsWith(before.details, fields) }, others);
  return { classes: list.classes.map((one) => (one.id === classId ? after : one)), change: changeOf(before, after), classId };
}

function changeOf(before: LiveClass, after: LiveClass): 'renamed' | 'recolored' | 'described' {
  if (before.name !== after.name) return 'renamed';
  return before.color === after.color ? 'described' : 'recolored';
}

function detailsWith(details: LiveClass['details'], fields: ClassFields): Record<string, unknown> {
  const { supercategory, keypoints, skeleton } = fields;
  const given = Object.entries({ supercategory, keypoints, skeleton }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(Object.entries({ ...details, ...Object.fromEntries(given) }).filter(([, value]) => value !== null));
}

/** By the rules of uploaded label files. */
function checked(one: LiveClass, others: readonly LiveClass[]): LiveClass {
  const findings = new FindingCollector();
  const table = new ClassTable(findings);
  for (const [index, { id, name, color }] of others.entries()) table.add({ id, name, color }, index);
  table.add({ id: one.id, name: one.name, color: one.color, ...one.details }, others.length);
  const errors = findings.errors.map(({ pointer, ...finding }) => ({ ...finding, pointer: (pointer ?? '').replace(/^\/classes\/\d+/, '') }));
  if (errors.length > 0) throw new DomainError('validation-failed', 'The class cannot be like this; every finding is listed.', { findings: errors });
  const read = table.byId.get(one.id);
  // The name of the background marker, which label files use for images without objects.
  if (read === undefined) throw refused('reserved-name', 'A class cannot have this name.', '/name');
  return { ...read, imageCount: one.imageCount };
}

function ordered(classes: readonly LiveClass[], ids: readonly number[]): LiveClass[] {
  const isAll = new Set(ids).size === ids.length && ids.length === classes.length;
  if (!isAll) throw refused('incomplete-order', 'The order names every class of the dataset once.', '/class_ids');
  const byId = new Map(classes.map((one) => [one.id, one]));
  return ids.map((id, index) => byId.get(id) ?? unknownIn(index));
}

function unknownIn(index: number): never {
  throw refused('unknown-class', 'The dataset has no such class.', `/class_ids/${index}`);
}

function merged(list: ClassList, { classId, into }: { classId: number; into: number }, taskType: TaskType): Pick<ClassPlan, 'classes' | 'merge'> {
  const from = found(list.classes, classId);
  if (classId === into) throw refused('same-class', 'A class is merged into another one.', '/into');
  const target = list.classes.find((one) => one.id === into);
  if (target === undefined) throw refused('unknown-class', 'The dataset has no such class.', '/into');
  const points = (one: LiveClass): number | undefined => (Array.isArray(one.details['keypoints']) ? one.details['keypoints'].length : undefined);
  if (taskType === 'pose_estimation' && points(from) !== points(target)) throw refused('keypoint-count', 'The classes have different numbers of keypoints.', '/into');
  return { classes: without(list.classes, from), merge: { from: classId, into } };
}
