import type { ObjectsPatch } from './document-patch.js';
import type { JsonObject, LabelObject } from './label-object.js';
import type { DraftTools, ObjectDraft } from './object-draft.js';

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Does to the draft what the patch says; findings go to the tools' report. */
export function editObjects(draft: ObjectDraft, patch: ObjectsPatch, tools: DraftTools): void {
  switch (patch.form) {
    case 'annotation':
      return patch.body === null ? clearOnly(draft, tools) : editOne(draft, patch.body, tools);
    case 'annotations':
      return replaceAll(draft, patch.bodies.map((body, index) => ({ body, pointer: `/annotations/${index}` })), tools);
    case 'changes':
      return patch.changes.forEach((change, index) => changeOne(draft, { ...change, pointer: `/changes/${index}` }, tools));
    case 'restore':
      return putBack(draft, patch.objects, tools);
  }
}

function clearOnly(draft: ObjectDraft, { rules, report }: DraftTools): void {
  if (!rules.single && !rules.masked && draft.size > 1) return report('several-objects', 'The image has several objects: say which by id, or send the list.', '/annotation');
  draft.clear();
}

function editOne(draft: ObjectDraft, body: JsonObject, tools: DraftTools): void {
  if (tools.rules.masked) return replaceMask(draft, body, tools);
  const [only] = draft.objects;
  if (tools.rules.single) return draft.write({ source: 'manual', ...body }, '/annotation', only);
  const target = targetOf(draft, body, tools);
  if (target === 'new') draft.write(body, '/annotation');
  else if (target !== null) draft.write(tools.rules.merged(target, body), '/annotation', target);
}

/** Which object `{annotation}` means where an image can have many. */
function targetOf(draft: ObjectDraft, body: JsonObject, { report }: DraftTools): LabelObject | 'new' | null {
  const found = body['id'] === undefined ? undefined : draft.find(body['id']);
  if (found !== undefined) return found;
  if (body['id'] !== undefined) return refused(report('unknown-object', 'No object of this image has this id.', '/annotation/id'));
  if (body['class_id'] !== undefined) return 'new';
  const [only] = draft.objects;
  if (only === undefined) return refused(report('no-object-to-change', 'The image has no object yet: a new one needs its class_id.', '/annotation/class_id'));
  if (draft.size > 1) return refused(report('several-objects', 'The image has several objects: say which by id.', '/annotation/id'));
  return only;
}

const refused = (_: void): null => null;

/** A layer keeps its identity by its class. */
function replaceMask(draft: ObjectDraft, body: JsonObject, tools: DraftTools): void {
  const layers = tools.rules.readMask(body, '/annotation', tools.report);
  if (layers === null) return;
  const known = new Map(draft.objects.map((one) => [one.class_id, one]));
  draft.clear();
  for (const layer of layers) draft.write(layer.body, layer.pointer, known.get(Number(layer.body['class_id'])));
}

function replaceAll(draft: ObjectDraft, items: readonly { readonly body: unknown; readonly pointer: string }[], tools: DraftTools): void {
  const known = items.map(({ body }) => (isObject(body) ? draft.find(body['id'] ?? body['number']) : undefined));
  const taken = new Set<LabelObject>();
  draft.clear();
  // Those that keep their numbers first: a new one must not take such a number.
  for (const one of known) if (one !== undefined) draft.put(one);
  items.forEach(({ body, pointer }, index) => {
    const target = known[index];
    if (!isObject(body)) return tools.report('invalid-field', 'An annotation is an object.', pointer);
    if (target !== undefined && taken.has(target)) return tools.report('duplicate-id', 'An object is in the list twice.', `${pointer}/id`);
    if (target !== undefined) taken.add(target);
    draft.write(body, pointer, target);
  });
}

function changeOne(draft: ObjectDraft, change: { readonly id: string | number; readonly after: JsonObject | null; readonly pointer: string }, tools: DraftTools): void {
  const { id, after, pointer } = change;
  const known = draft.find(id);
  if (known === undefined && (after === null || typeof id === 'number')) return tools.report('unknown-object', 'No object of this image has this id.', `${pointer}/id`);
  if (after === null) return known === undefined ? undefined : draft.remove(known);
  if (known === undefined && after['id'] !== undefined && after['id'] !== id) return tools.report('id-fixed', 'The id of an object does not change.', `${pointer}/after/id`);
  draft.write(known === undefined ? { ...after, id } : after, `${pointer}/after`, known);
}

/** As they were, if the classes and the size of the image still allow it. */
function putBack(draft: ObjectDraft, objects: readonly LabelObject[], { rules, report }: DraftTools): void {
  draft.clear();
  objects.forEach((object, index) => {
    const read = rules.read(rules.bodyOf(object), object, { pointer: `/objects/${index}`, report, known: object });
    if (read !== null) draft.put(read);
  });
}
