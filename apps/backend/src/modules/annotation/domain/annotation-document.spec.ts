import { randomUUID } from 'node:crypto';
import { ClassTable } from '@app/dice-format';
import { DomainError } from '@app/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiceLabelRules } from '../application/dice-label-rules.js';
import { AnnotationDocument, MAX_OBJECTS, type DocumentEdit } from './annotation-document.js';
import type { DocumentPatch } from './document-patch.js';
import { labelsBefore, type RevisionChange } from './earlier-labels.js';
import { changesBetween, sameValue, type LabelObject, type LabelState } from './label-object.js';

const classes = ClassTable.of([0, 1].map((id) => ({ id, name: `class ${id}`, color: '#000000', details: {} })));
const rules = new DiceLabelRules({ taskType: 'instance_segmentation', multiLabel: false, classes, width: 100, height: 80 });
const EMPTY: LabelState = { revision: 1, status: 'unlabeled', noObject: false, nextNumber: 1, objects: [] };

function apply(state: LabelState, patch: DocumentPatch, mayReview = true): DocumentEdit {
  return new AnnotationDocument(state).apply(patch, { rules, mayReview, newId: randomUUID });
}

const one = (body: Record<string, unknown> | null): DocumentPatch => ({ objects: { form: 'annotation', body } });
const TRIANGLE = [[10, 10, 20, 10, 20, 30]];

function refusal(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return error.findings.length === 0 ? [error.code] : error.findings.map((finding) => `${finding.code} ${finding.pointer ?? ''}`);
  }
  return [];
}

describe('a document', () => {
  it('is never changed itself', () => {
    const state = Object.freeze({ ...EMPTY, objects: Object.freeze([]) });
    const { document, changes } = apply(state, one({ class_id: 0, segmentation: TRIANGLE }));
    expect(document.state).toMatchObject({ revision: 2, status: 'labeled', nextNumber: 2 });
    expect(changes).toEqual([{ id: document.state.objects[0]?.id, before: null, after: document.state.objects[0] }]);
    expect(state.objects).toEqual([]);
  });

  it('gives a polygon its tight box, keeps a box that was given, and makes it anew with the polygon', () => {
    const first = apply(EMPTY, one({ class_id: 0, segmentation: TRIANGLE })).document.state;
    expect(first.objects[0]?.['bbox']).toEqual([10, 10, 10, 20]);
    const moved = apply(first, one({ segmentation: [[0, 0, 5, 0, 5, 5]] })).document.state;
    expect(moved.objects[0]).toMatchObject({ id: first.objects[0]?.id, bbox: [0, 0, 5, 5] });
    expect(apply(moved, one({ bbox: [1, 1, 9, 9] })).document.state.objects[0]).toMatchObject({ bbox: [1, 1, 9, 9], segmentation: [[0, 0, 5, 0, 5, 5]] });
  });

  it('never gives a number twice, not even after its object is gone', () => {
    let state = apply(EMPTY, one({ class_id: 0, segmentation: TRIANGLE })).document.state;
    state = apply(state, { objects: { form: 'annotations', bodies: [] } }).document.state;
    state = apply(state, { objects: { form: 'annotations', bodies: [{ id: 1, class_id: 0, segmentation: TRIANGLE }, { number: 9, class_id: 1, segmentation: TRIANGLE }] } }).document.state;
    expect(state.objects.map((object) => object.number)).toEqual([2, 9]);
    expect(state.nextNumber).toBe(10);
  });

  it('keeps who and which one an object is', () => {
    const { objects } = apply(EMPTY, one({ class_id: 0, segmentation: TRIANGLE })).document.state;
    const state = { ...EMPTY, objects, nextNumber: 2 };
    const id = objects[0]?.id ?? '';
    expect(refusal(() => apply(state, one({ id, number: 5 })))).toEqual(['number-fixed /annotation/number']);
    expect(refusal(() => apply(state, { objects: { form: 'changes', changes: [{ id, after: { id: randomUUID(), class_id: 0, segmentation: TRIANGLE } }] } }))).toEqual(['id-fixed /changes/0/after/id']);
    expect(refusal(() => apply(state, { objects: { form: 'annotations', bodies: [{ id }, { number: 1 }] } }))).toContain('duplicate-id /annotations/1/id');
    expect(refusal(() => apply(state, { objects: { form: 'changes', changes: [{ id: 'x'.repeat(8), after: { class_id: 0, segmentation: TRIANGLE } }] } }))).toEqual(['invalid-id /changes/0/after/id']);
  });

  it('has at most 10,000 objects', () => {
    const objects = Array.from({ length: MAX_OBJECTS }, (_, at): LabelObject => ({ id: randomUUID(), number: at + 1, class_id: 0, source: 'manual', bbox: [1, 1, 2, 2], segmentation: TRIANGLE }));
    const full = { ...EMPTY, objects, nextNumber: MAX_OBJECTS + 1 };
    expect(refusal(() => apply(full, one({ class_id: 0, segmentation: TRIANGLE })))).toEqual(['out-of-range /annotation']);
    expect(apply({ ...full, objects: objects.slice(1) }, one({ class_id: 0, segmentation: TRIANGLE })).document.state.objects).toHaveLength(MAX_OBJECTS);
  });

  it('lets only a reviewer review', () => {
    const labeled = apply(EMPTY, { noObject: true }).document.state;
    expect(refusal(() => apply(labeled, { status: 'reviewed' }, false))).toEqual(['forbidden']);
    expect(apply(labeled, { status: 'reviewed' })).toMatchObject({ reviewed: true, relabeled: false, document: { state: { status: 'reviewed' } } });
  });
});

describe('an earlier revision', () => {
  it('is what undoing the later ones gives, whatever was done', () => {
    const body = fc.record({ class_id: fc.constantFrom(0, 1), segmentation: fc.constant(TRIANGLE), attributes: fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), fc.integer(), { maxKeys: 2 }) });
    const steps = fc.array(fc.record({ kind: fc.constantFrom('add', 'list', 'drop', 'edit', 'nothing', 'review'), body, pick: fc.nat() }), { maxLength: 12 });
    fc.assert(
      fc.property(steps, fc.nat(), (all, chosen) => {
        const states = [EMPTY];
        const undo: RevisionChange[] = [];
        for (const { kind, body: given, pick } of all) {
          const state = states.at(-1) ?? EMPTY;
          const target = state.objects[pick % Math.max(1, state.objects.length)];
          const patch = patchOf(kind, given, { state, target });
          if (patch === null) continue;
          const { document, changes } = apply(state, patch);
          undo.unshift({ revision: document.state.revision, changes, status: [state.status, document.state.status], noObject: [state.noObject, document.state.noObject] });
          states.push(document.state);
        }
        const wanted = states[chosen % states.length] ?? EMPTY;
        const newest = states.at(-1) ?? EMPTY;
        const back = labelsBefore(newest, undo.filter((change) => change.revision > wanted.revision));
        const sorted = [...wanted.objects].sort((a, b) => a.number - b.number);
        expect(back).toEqual({ ...wanted, objects: sorted, nextNumber: newest.nextNumber });
        // And it can be made the newest again, with the same objects under the same numbers.
        const restored = apply(newest, { objects: { form: 'restore', objects: back.objects }, noObject: back.noObject }).document.state;
        expect(changesBetween(back.objects, restored.objects)).toEqual([]);
        expect(restored.nextNumber).toBe(newest.nextNumber);
      }),
      { numRuns: 200 },
    );
  });
});

function patchOf(kind: string, body: Record<string, unknown>, { state, target }: { state: LabelState; target: LabelObject | undefined }): DocumentPatch | null {
  if (kind === 'add') return one(body);
  if (kind === 'list') return { objects: { form: 'annotations', bodies: [body, body] } };
  if (kind === 'nothing') return { objects: { form: 'annotations', bodies: [] }, noObject: true };
  if (kind === 'review') return state.status === 'unlabeled' ? null : { status: 'reviewed' };
  if (target === undefined) return null;
  return { objects: { form: 'changes', changes: [{ id: target.id, after: kind === 'drop' ? null : body }] } };
}

describe('sameValue', () => {
  it('is not misled by the order of keys, and sees every difference', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const shuffled = JSON.parse(JSON.stringify(a), (_, value: unknown) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).reverse()) : value)) as unknown;
        expect(sameValue(JSON.parse(JSON.stringify(a)), shuffled)).toBe(true);
        expect(sameValue([a, 1], [a])).toBe(false);
        expect(sameValue({ a, b }, { a })).toBe(false);
        expect(sameValue({ a: 1 }, { b: 1 })).toBe(false);
        expect(sameValue([], {})).toBe(false);
      }),
    );
  });
});
