import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../model/label-object.js';
import { ImageSaver } from './image-saver.js';
import { objectCodec } from './label-codec.js';
import type { LabelEdit } from './label-state.js';
import type { KeptEdit, SaveState } from './save-types.js';
import { FakeLabelApi } from './testing-api.js';

const body = (classId: number, more: JsonObject = {}): JsonObject => ({ class_id: classId, source: 'manual', note: 'kept', ...more });

/** One browser tab: what it shows, what it kept on the device, and what it told of its state. */
class Tab {
  shown: LabelEdit;
  kept: KeptEdit | null = null;
  /** What was kept when each request left. */
  readonly states: SaveState[] = [];
  readonly saver: ImageSaver;
  private keys = 0;

  constructor(
    readonly api: FakeLabelApi,
    start?: KeptEdit,
    private readonly name = 'tab',
  ) {
    this.saver = new ImageSaver(1, start ?? objectCodec.read(api.document()), {
      send: (request) => {
        expect(this.kept?.attempt?.key, 'kept before it is sent').toBe(request.key);
        return api.send(request);
      },
      codec: objectCodec,
      newKey: () => `${this.name}-${(this.keys += 1)}`,
      keep: async (kept) => {
        await Promise.resolve();
        this.kept = kept;
      },
      onLabels: (labels) => (this.shown = labels),
      onStatus: ({ state }) => this.states.push(state),
      random: () => 1,
    });
    this.shown = this.saver.labels;
  }

  set(id: string, object: JsonObject | null): this {
    const objects = new Map(this.shown.objects);
    if (object === null) objects.delete(id);
    else objects.set(id, object);
    this.shown = { ...this.shown, objects };
    this.saver.change(this.shown);
    return this;
  }
  get state(): SaveState {
    return this.saver.status.state;
  }
  get objects(): Readonly<Record<string, JsonObject>> {
    return Object.fromEntries(this.shown.objects);
  }
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

describe('one person', () => {
  it('is saved a little after the last change, in one request, and then nothing is left on the device', async () => {
    const tab = new Tab(new FakeLabelApi());
    tab.set('a', body(1));
    await pass(500);
    tab.set('a', body(2));
    await pass(700);
    expect([tab.api.requests.length, tab.state, tab.kept === null]).toEqual([0, 'dirty', false]);
    await pass(200);
    expect([tab.api.requests.length, tab.state, tab.kept]).toEqual([1, 'saved', null]);
    expect(tab.api.saved).toEqual({ a: body(2) });
    expect(tab.states).toEqual(['dirty', 'dirty', 'saving', 'saved']);
  });

  it('is saved every five seconds however busy the hand is', async () => {
    const tab = new Tab(new FakeLabelApi());
    for (let step = 0; step < 12; step += 1) {
      tab.set('a', body(step));
      await pass(500);
    }
    expect(tab.api.requests).toHaveLength(1);
  });

  it('is saved at once when asked, and not at all when nothing changed', async () => {
    const tab = new Tab(new FakeLabelApi({ a: body(1) }));
    await tab.saver.flush();
    tab.set('a', body(2)).set('a', body(1));
    await tab.saver.flush();
    expect([tab.api.requests.length, tab.state, tab.kept]).toEqual([0, 'saved', null]);
    tab.set('a', null);
    await tab.saver.flush();
    expect(tab.api.saved).toEqual({});
  });

  it('has one request on its way at a time; what is done meanwhile goes with the next, on the new revision', async () => {
    const api = new FakeLabelApi();
    let open: () => void = () => undefined;
    api.gate = new Promise((resolve) => (open = resolve));
    const tab = new Tab(api).set('a', body(1));
    const first = tab.saver.flush();
    await pass(0);
    tab.set('a', body(1, { bbox: [1, 2, 3, 4] })).set('b', body(3));
    const second = tab.saver.flush();
    await pass(10_000);
    expect(api.requests).toHaveLength(1);
    open();
    await Promise.all([first, second]);
    expect(api.requests.map((one) => one.revision)).toEqual([1, 2]);
    expect(api.saved).toEqual({ a: body(1, { bbox: [1, 2, 3, 4] }), b: body(3) });
    expect(tab.state).toBe('saved');
  });

  it('takes over the form that the server gives to what it sent', async () => {
    const tab = new Tab(new FakeLabelApi()).set('a', { class_id: 1 });
    await pass(800);
    expect(tab.objects).toEqual({ a: body(1) });
  });

  it('sends a status once', async () => {
    const tab = new Tab(new FakeLabelApi({ a: body(1) }));
    tab.saver.change({ ...tab.shown, status: 'reviewed' });
    await tab.saver.flush();
    tab.set('a', body(2));
    await tab.saver.flush();
    expect(tab.api.requests.map((one) => one.body['status'])).toEqual(['reviewed', undefined]);
  });
});

describe('a network that fails', () => {
  it('is tried again, longer each time, with the same request, and the state says so', async () => {
    const api = new FakeLabelApi();
    api.troubles.push({ kind: 'unreachable', retryAfterSeconds: null }, { kind: 'unreachable', retryAfterSeconds: null }, { kind: 'unreachable', retryAfterSeconds: 7 });
    const tab = new Tab(api).set('a', body(1));
    await pass(800);
    expect(tab.state).toBe('offline');
    await pass(999);
    expect(api.requests).toHaveLength(1);
    await pass(1);
    expect(api.requests).toHaveLength(2);
    await pass(2_000);
    expect(api.requests).toHaveLength(3);
    await pass(6_999);
    expect(api.requests).toHaveLength(3);
    await pass(1);
    expect(new Set(api.requests.map((one) => one.key)).size).toBe(1);
    expect([tab.state, api.saved]).toEqual(['saved', { a: body(1) }]);
  });

  it('that loses the answer does not make the edit happen twice, nor lose what was done since', async () => {
    const api = new FakeLabelApi();
    api.lostAnswers = 1;
    const tab = new Tab(api).set('a', body(1));
    await pass(800);
    tab.set('b', body(2));
    await pass(5_000);
    expect([api.current, tab.state]).toEqual([3, 'saved']);
    expect(api.saved).toEqual({ a: body(1), b: body(2) });
  });

  it('keeps everything for the next start, which sends the very same request', async () => {
    const api = new FakeLabelApi();
    api.lostAnswers = 1;
    const tab = new Tab(api).set('a', body(1));
    await pass(800);
    tab.saver.close();
    expect(tab.kept?.attempt?.key).toBe('tab-1');
    const next = new Tab(api, structuredClone(tab.kept ?? undefined), 'next');
    expect([next.state, next.objects]).toEqual(['dirty', { a: body(1) }]);
    next.kept = tab.kept;
    await next.saver.flush();
    expect([api.current, api.saved, next.state, next.kept]).toEqual([2, { a: body(1) }, 'saved', null]);
  });

  it('that comes back is used at once when the page says so', async () => {
    const api = new FakeLabelApi();
    api.troubles.push({ kind: 'unreachable', retryAfterSeconds: 600 });
    const tab = new Tab(api).set('a', body(1));
    await pass(800);
    await tab.saver.retry();
    expect(tab.state).toBe('saved');
  });

  it('waits for a login when the session has ended', async () => {
    const api = new FakeLabelApi();
    api.troubles.push({ kind: 'logged-out' });
    const tab = new Tab(api).set('a', body(1));
    await pass(60_000);
    expect([tab.state, api.requests.length, tab.kept === null]).toEqual(['logged-out', 1, false]);
    await tab.saver.retry();
    expect(tab.state).toBe('saved');
  });
});

describe('an edit that the server refuses', () => {
  const refused = async (): Promise<Tab> => {
    const api = new FakeLabelApi({ a: body(1) });
    api.troubles.push({ kind: 'refused', status: 422, code: 'validation-failed', detail: 'The box has no area.' });
    const tab = new Tab(api).set('a', body(9));
    await pass(60_000);
    return tab;
  };
  it('is kept with the reason, and not sent again by itself', async () => {
    const tab = await refused();
    expect([tab.state, tab.api.requests.length, tab.saver.status.refusal?.code]).toEqual(['rejected', 1, 'validation-failed']);
    expect(tab.kept?.edit.objects.get('a')).toEqual(body(9));
  });
  it('is sent again when the person asks, or changes it, and given up when the person says so', async () => {
    const again = await refused();
    await again.saver.retry();
    expect([again.state, again.api.saved]).toEqual(['saved', { a: body(9) }]);
    const changed = (await refused()).set('a', body(8));
    await pass(800);
    expect([changed.state, changed.saver.status.refusal, changed.api.saved]).toEqual(['saved', null, { a: body(8) }]);
    const dropped = await refused();
    await dropped.saver.discard();
    expect([dropped.state, dropped.objects, dropped.kept]).toEqual(['saved', { a: body(1) }, null]);
  });
});

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
      await pass(200_000);
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
