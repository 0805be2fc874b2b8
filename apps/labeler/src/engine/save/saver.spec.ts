import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../model/label-object.js';
import { maskCodec, objectCodec } from './label-codec.js';
import type { LabelEdit } from './label-state.js';
import { IndexedOutbox, type Outbox } from './outbox.js';
import { DatasetSaver } from './saver.js';
import type { SaveStatus } from './save-types.js';
import type { TabLocks } from './tab-locks.js';
import { FakeLabelApi } from './testing-api.js';

const body = (classId: number): JsonObject => ({ class_id: classId, source: 'manual', note: 'kept' });
const edit = (objects: Readonly<Record<string, JsonObject>>): LabelEdit => ({ objects: new Map(Object.entries(objects)), noObject: false });

/** Tabs of one browser: those in the set live. */
class Tabs implements TabLocks {
  constructor(
    readonly id: string,
    private readonly living: Set<string>,
  ) {
    living.add(id);
  }
  async ifGone(tabId: string, work: () => Promise<void>): Promise<void> {
    if (!this.living.has(tabId)) await work();
  }
}

let living: Set<string>;
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  living = new Set();
});

interface Opened {
  readonly saver: DatasetSaver;
  readonly statuses: Map<number, SaveStatus>;
  readonly lost: unknown[];
  readonly shown: Map<number, LabelEdit>;
}
function open(api: FakeLabelApi, tab: string, more: { readonly userId?: string; readonly outbox?: Outbox; readonly quiet?: number } = {}): Opened {
  let keys = 0;
  const [statuses, lost, shown] = [new Map<number, SaveStatus>(), [] as unknown[], new Map<number, LabelEdit>()];
  const saver = new DatasetSaver({
    userId: more.userId ?? 'ann',
    datasetId: 'd',
    outbox: more.outbox ?? new IndexedOutbox(),
    tabs: new Tabs(tab, living),
    send: api.send,
    codecFor: () => objectCodec,
    newId: () => `${tab}-${(keys += 1)}`,
    onLabels: (imageId, labels) => shown.set(imageId, labels),
    onStatus: (imageId, status) => statuses.set(imageId, status),
    onOutboxLost: (error) => lost.push(error),
    timing: { quietMilliseconds: more.quiet ?? 60_000, mostMilliseconds: 60_000 },
  });
  return { saver, statuses, lost, shown };
}
const kept = async (userId = 'ann'): Promise<number> => (await new IndexedOutbox().list(userId)).length;
/** The tab is gone, as by a crash. */
function crash({ saver }: Opened, tab: string): void {
  saver.close();
  living.delete(tab);
}

describe('edits on the device', () => {
  it('survive the tab and are delivered once by the next one', async () => {
    const api = new FakeLabelApi();
    const first = open(api, 'one');
    first.saver.open(1, api.document());
    first.saver.change(1, edit({ a: body(1) }));
    await expect.poll(() => kept()).toBe(1);
    crash(first, 'one');
    const second = open(api, 'two');
    expect(await second.saver.start()).toEqual([1]);
    await second.saver.flush();
    expect([api.saved, api.current, await kept()]).toEqual([{ a: body(1) }, 2, 0]);
    expect(await open(api, 'three').saver.start()).toEqual([]);
  });

  it('stay with a tab that lives, and with the person who made them', async () => {
    const api = new FakeLabelApi();
    const first = open(api, 'one');
    first.saver.open(1, api.document());
    first.saver.change(1, edit({ a: body(1) }));
    await expect.poll(() => kept()).toBe(1);
    expect(await open(api, 'two').saver.start()).toEqual([]);
    crash(first, 'one');
    expect(await open(api, 'three', { userId: 'bob' }).saver.start()).toEqual([]);
    expect(await open(api, 'four').saver.start()).toEqual([1]);
  });

  it('are shown on top of what the server has when the image is opened again', async () => {
    const api = new FakeLabelApi({ x: body(0) });
    const first = open(api, 'one');
    first.saver.open(1, api.document());
    first.saver.change(1, edit({ x: body(0), a: body(1) }));
    await expect.poll(() => kept()).toBe(1);
    crash(first, 'one');
    api.elsewhere({ y: body(2) });
    api.troubles.push({ kind: 'unreachable', retryAfterSeconds: 60 });
    const second = open(api, 'two');
    await second.saver.start();
    await expect.poll(() => second.statuses.get(1)?.state).toBe('offline');
    expect(Object.keys(Object.fromEntries(second.saver.open(1, api.document()).objects))).toEqual(['x', 'a']);
    await second.saver.retry();
    expect(Object.keys(api.saved).toSorted()).toEqual(['a', 'x', 'y']);
  });

  it('that two tabs left for one image are both delivered', async () => {
    const api = new FakeLabelApi();
    const tabs = ['one', 'two'].map((name) => ({ name, opened: open(api, name) }));
    for (const { name, opened } of tabs) {
      opened.saver.open(1, api.document());
      opened.saver.change(1, edit({ [name]: body(1) }));
    }
    await expect.poll(() => kept()).toBe(2);
    for (const { name, opened } of tabs) crash(opened, name);
    const last = open(api, 'last');
    await last.saver.start();
    await last.saver.flush();
    await expect.poll(() => kept()).toBe(0);
    expect(Object.keys(api.saved).toSorted()).toEqual(['one', 'two']);
  });

  it('of two tabs that changed the same object are both there to be decided on, with what was undecided before', async () => {
    const api = new FakeLabelApi({ a: body(0), c: body(0) });
    const tabs = ['one', 'two'].map((name) => ({ name, opened: open(api, name) }));
    for (const [index, { opened }] of tabs.entries()) {
      opened.saver.open(1, api.document());
      opened.saver.change(1, edit({ a: body(index + 1), c: body(index * 5) }));
    }
    // The second one's edit of c meets somebody else's.
    api.elsewhere({ c: body(9) });
    await tabs[1]?.opened.saver.saverOf(1)?.flush();
    expect(tabs[1]?.opened.statuses.get(1)?.state).toBe('conflict');
    await expect.poll(() => kept()).toBe(2);
    for (const { name, opened } of tabs) crash(opened, name);
    const last = open(api, 'last');
    await last.saver.start();
    await last.saver.flush();
    const conflicts = last.saver.saverOf(1)?.status.conflicts.map(({ id, mine, theirs }) => [id, mine?.['class_id'], theirs?.['class_id']]);
    expect(conflicts?.toSorted()).toEqual([['a', 1, 2], ['c', 5, 9]]);
    expect([api.saved['a']?.['class_id'], api.saved['c']?.['class_id'], last.statuses.get(1)?.state]).toEqual([2, 9, 'conflict']);
    await expect.poll(() => kept()).toBe(1);
  });

  it('are not needed for saving: a device that keeps nothing is told of once', async () => {
    const api = new FakeLabelApi();
    const broken: Outbox = { put: () => Promise.reject(new Error('quota')), remove: () => Promise.reject(new Error('quota')), list: () => Promise.reject(new Error('quota')) };
    const opened = open(api, 'one', { outbox: broken });
    expect(await opened.saver.start()).toEqual([]);
    opened.saver.open(1, api.document());
    opened.saver.change(1, edit({ a: body(1) }));
    await opened.saver.flush();
    expect([api.saved, opened.statuses.get(1)?.state, opened.lost.length]).toEqual([{ a: body(1) }, 'saved', 1]);
  });
});

describe('leaving the page', () => {
  it('sends what fits to outlive it, and leaves the rest on the device', async () => {
    const api = new FakeLabelApi();
    const opened = open(api, 'one');
    const large = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`o${index}`, { class_id: 1, text: 'x'.repeat(20) }]));
    opened.saver.open(1, { ...api.document(), image_id: 1 });
    opened.saver.change(1, edit(large));
    opened.saver.open(2, { ...api.document(), image_id: 2 });
    opened.saver.change(2, edit({ a: body(1) }));
    opened.saver.leave();
    await expect.poll(() => api.requests.length).toBe(1);
    expect(api.requests[0]).toMatchObject({ imageId: 2, keepalive: true });
    await expect.poll(() => kept()).toBe(1);
  });
});

describe('a semantic mask', () => {
  const codec = maskCodec({ width: 3, height: 2 });
  const document = { revision: 4, status: 'labeled', no_object: false, annotation: { mask: { size: [2, 3], classes: [{ class_id: 7, class_name: 'sky', counts: '06' }] } } };
  it('is layers by class, and is sent whole where one of them changed', () => {
    const state = codec.read(document);
    expect([...state.objects]).toEqual([['layer-7', { class_id: 7, counts: '06' }]]);
    expect(codec.patch(state, { ...edit({ 'layer-7': { class_id: 7, counts: '06' } }) })).toBeNull();
    expect(codec.patch(state, edit({ 'layer-7': { class_id: 7, counts: '15' }, 'layer-8': { class_id: 8, counts: '24' } }))).toEqual({
      annotation: { mask: { size: [2, 3], classes: [{ class_id: 7, counts: '15' }, { class_id: 8, counts: '24' }] } },
    });
    expect(codec.patch(state, edit({}))).toEqual({ annotation: null });
  });

  it('is merged by pixels: layers never overlap, mine lies on top where both painted, and the place is told', () => {
    const places: (readonly number[])[] = [];
    const { merge } = maskCodec({ width: 3, height: 2, onOverlap: (tiles) => places.push(tiles) });
    // Pixels 0 to 5, column by column. Class 7 everywhere; I paint 8 on 0 and 1, they paint 9 on 4 and 5.
    const base = edit({ 'layer-7': { class_id: 7, counts: '06' } });
    const mine = edit({ 'layer-7': { class_id: 7, counts: '24' }, 'layer-8': { class_id: 8, counts: '024' } });
    const theirs = edit({ 'layer-7': { class_id: 7, counts: '042' }, 'layer-9': { class_id: 9, counts: '42' } });
    const both = edit({ 'layer-7': { class_id: 7, counts: '222' }, 'layer-8': { class_id: 8, counts: '024' }, 'layer-9': { class_id: 9, counts: '42' } });
    expect([merge(base, mine, theirs), merge(base, theirs, mine), places]).toEqual([{ merged: both, conflicts: [] }, { merged: both, conflicts: [] }, []]);
    const over = edit({ 'layer-7': { class_id: 7, counts: '15' }, 'layer-5': { class_id: 5, counts: '015' } });
    expect(merge(base, over, mine).merged.objects.get('layer-5')).toEqual({ class_id: 5, counts: '015' });
    expect(places).toEqual([[0]]);
    expect(merge({ ...base, noObject: false }, { ...edit({}), noObject: true }, base).merged).toMatchObject({ noObject: true });
  });
});

describe('a classified image', () => {
  it('is read from its one annotation', () => {
    const state = objectCodec.read({ revision: 2, status: 'labeled', no_object: false, annotation: { id: 'a', number: 1, class_id: 3, class_name: 'cat', confidence: 1, source: 'manual' } });
    expect([...state.objects]).toEqual([['a', { class_id: 3, source: 'manual' }]]);
    expect(objectCodec.patch(state, { objects: new Map(), noObject: true })).toEqual({ changes: [{ id: 'a', after: null }], no_object: true });
  });
});
