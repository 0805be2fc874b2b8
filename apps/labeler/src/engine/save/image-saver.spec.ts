import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeLabelApi } from './testing-api.js';
import { body, Tab } from './testing-tab.js';

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

  it('is not asked more often because somebody goes on drawing, and not before the server wants to be', async () => {
    const tab = new Tab(new FakeLabelApi());
    tab.api.troubles.push({ kind: 'unreachable', retryAfterSeconds: 60 });
    for (let step = 0; step < 55; step += 1) {
      tab.set('a', body(step));
      await pass(1_000);
    }
    expect([tab.api.requests.length, tab.state]).toEqual([1, 'offline']);
    await pass(8_000);
    expect([tab.api.requests.length, tab.state, tab.api.saved]).toEqual([3, 'saved', { a: body(54) }]);
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
