import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../model/label-object.js';
import { FakeLabelApi } from './testing-api.js';
import { body, Tab } from './testing-tab.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

describe('two persons on one image', () => {
  it('both keep what they did, on different objects and on different fields of one', async () => {
    const api = new FakeLabelApi({ a: body(1, { bbox: [0, 0, 5, 5] }) });
    const tab = new Tab(api);
    api.elsewhere({ a: body(1, { bbox: [1, 1, 5, 5] }), b: body(2) });
    tab.set('a', body(3, { bbox: [0, 0, 5, 5] })).set('c', body(4));
    await pass(800);
    expect(api.saved).toEqual({ a: body(3, { bbox: [1, 1, 5, 5] }), b: body(2), c: body(4) });
    expect([tab.objects, tab.state, tab.kept]).toEqual([api.saved, 'saved', null]);
  });

  it('who changed the same see both, nothing is overwritten, and the rest is saved meanwhile', async () => {
    const api = new FakeLabelApi({ a: body(1) });
    const tab = new Tab(api);
    api.elsewhere({ a: body(2) });
    tab.set('a', body(3)).set('b', body(4));
    await pass(800);
    expect([tab.state, api.saved]).toEqual(['conflict', { a: body(2), b: body(4) }]);
    expect(tab.saver.status.conflicts).toMatchObject([{ id: 'a', fields: ['class_id'], mine: { class_id: 3 }, theirs: { class_id: 2 } }]);
    expect(tab.kept?.conflicts).toHaveLength(1);
    tab.saver.decide('a', 'both', () => 'new');
    await pass(0);
    expect([tab.state, api.saved, tab.kept]).toEqual(['saved', { a: body(2), b: body(4), new: body(3) }, null]);
  });

  it('one sees what the other saved when he is told of it, edits in hand or not', async () => {
    const api = new FakeLabelApi({ a: body(1) });
    const tab = new Tab(api);
    api.elsewhere({ b: body(2) });
    tab.saver.seen(api.document());
    expect(tab.objects).toEqual({ a: body(1), b: body(2) });
    tab.set('a', body(5));
    api.elsewhere({ c: body(3) });
    tab.saver.seen(api.document());
    await pass(800);
    expect([api.saved, tab.objects, tab.api.requests.length]).toEqual([{ a: body(5), b: body(2), c: body(3) }, api.saved, 1]);
    tab.saver.seen({ ...api.document(), revision: 1, annotations: [] });
    expect(tab.objects).toEqual(api.saved);
  });

  it('lose no edit that was acknowledged, and end with the same labels, however they interleave', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = mulberry(seed);
      const api = new FakeLabelApi();
      const tabs = [new Tab(api, undefined, 'one'), new Tab(api, undefined, 'two')];
      const wanted = new Map<string, JsonObject>();
      for (let step = 0; step < 60; step += 1) {
        const at = Math.floor(random() * 2);
        const id = `${at}-${Math.floor(random() * 4)}`;
        const object = body(step);
        wanted.set(id, object);
        tabs[at]?.set(id, object);
        if (random() < 0.2) api.troubles.push({ kind: 'unreachable', retryAfterSeconds: null });
        if (random() < 0.2) api.lostAnswers += 1;
        await pass(Math.floor(random() * 1_200));
      }
      await pass(2_000_000);
      for (const tab of tabs) await tab.saver.flush();
      for (const tab of tabs) tab.saver.seen(api.document());
      expect(api.saved, `seed ${seed}`).toEqual(Object.fromEntries(wanted));
      expect(tabs.map((tab) => [tab.state, tab.objects])).toEqual(tabs.map(() => ['saved', api.saved]));
    }
  });
});

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
