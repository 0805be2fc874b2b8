import { ClassTable } from '@app/dice-format';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AnnotationDocument } from '../domain/annotation-document.js';
import { ClassCatalogue } from './class-catalogue.js';
import { DatasetLane } from './dataset-lane.js';
import { DiceLabelRules } from './dice-label-rules.js';
import { AnnotationStore, type ImageAnswer, type ImageQuestion, type LabelEdit, type ReadLabels, type WrittenBatch } from './ports/annotation-store.port.js';
import type { WriteOutcome } from './write-request.js';

/** Remembers which images were read together, and lets each batch be written when it is told to. */
class HeldStore extends AnnotationStore {
  readonly batches: number[][] = [];
  readonly gates: (() => void)[] = [];

  read(_: string, images: readonly ImageQuestion[]): Promise<ReadLabels> {
    this.batches.push(images.map((one) => one.number));
    const dataset = { taskType: 'object_detection', multiLabel: false, visibility: 'private', classesRevision: 1, labelsLoaded: true } as const;
    return Promise.resolve({ dataset, roles: images.map(() => null), images: images.map(answerFor) });
  }

  async write(_: string, __: number, edits: readonly LabelEdit[]): Promise<WrittenBatch> {
    await new Promise<void>((open) => this.gates.push(open));
    return { usable: true, written: edits.map((edit, index) => ({ seq: index + 1, labels: { ...edit.before, state: edit.after } })) };
  }

  classes(): Promise<{ revision: number; table: ClassTable }> {
    return Promise.resolve({ revision: 1, table: ClassTable.of([]) });
  }

  revisionsAfter = (): Promise<never[]> => Promise.resolve([]);
  history = (): Promise<never[]> => Promise.resolve([]);
  firstRevision = (): Promise<null> => Promise.resolve(null);
}

function answerFor({ number }: ImageQuestion): ImageAnswer {
  const state = { revision: 1, status: 'unlabeled', noObject: false, nextNumber: 1, objects: [] } as const;
  return { labels: { number, width: 10, height: 10, state, labeledBy: null, labeledAt: null, reviewedBy: null, reviewedAt: null }, repeat: null };
}

describe('the writes of one dataset', () => {
  it('go together by tick; the next batch begins when it is as large as the one under way, or that is done', async () => {
    const store = new HeldStore();
    const lane = new DatasetLane('d', { store, classes: new ClassCatalogue(store), onWritten: () => undefined, onIdle: () => undefined });
    const add = (number: number): Promise<WriteOutcome> =>
      lane.add({
        number,
        actor: 'a',
        decide: ({ state, width, height }, classes) => new AnnotationDocument(state).apply({ noObject: true }, { rules: new DiceLabelRules({ taskType: 'object_detection', multiLabel: false, classes, width, height }), mayReview: false, newId: () => '' }),
      });
    const outcomes = [add(2), add(1)];
    await sleep(5);
    outcomes.push(add(3));
    await sleep(5);
    expect(store.batches).toEqual([[1, 2]]);
    outcomes.push(add(4));
    await sleep(5);
    outcomes.push(add(5), add(6), add(7));
    await sleep(5);
    // Two are under way.
    expect(store.batches).toEqual([[1, 2], [3, 4]]);
    store.gates[0]?.();
    await sleep(5);
    expect(store.batches).toEqual([[1, 2], [3, 4], [5, 6, 7]]);
    store.gates[1]?.();
    outcomes.push(add(8));
    await sleep(5);
    expect(store.batches).toHaveLength(3);
    store.gates[2]?.();
    await sleep(5);
    expect(store.batches).toEqual([[1, 2], [3, 4], [5, 6, 7], [8]]);
    store.gates[3]?.();
    expect((await Promise.all(outcomes)).map((one) => one.labels.number)).toEqual([2, 1, 3, 4, 5, 6, 7, 8]);
  });
});
