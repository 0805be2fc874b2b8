import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../api/problem.js';
import type { UploadView } from '../../api/types.js';
import { addSample, rateOf, secondsLeft } from './rate-meter.js';
import { figuresOf, isOver, localRefusal, newUpload, nextUpload, startable, type UploadEvent, type UploadItem } from './upload-machine.js';

const file = { name: 'a.zip', size: 1000 };
const view = (checked: number, total: number | null): UploadView => ({ id: 'u', state: 'validating', received_bytes: 0, total_bytes: null, checked_entries: checked, total_entries: total, rate_bytes_per_second: null, seconds_left: null, dataset_id: null, code: null, errors: null });
const run = (events: readonly UploadEvent[], from: UploadItem = newUpload('u', file)): UploadItem => events.reduce(nextUpload, from);

describe('nextUpload', () => {
  it('goes from waiting over sending and checking to done', () => {
    const sending = run([{ kind: 'started', atMilliseconds: 0 }, { kind: 'sent', bytes: 400, atMilliseconds: 1000 }]);
    expect(sending).toMatchObject({ phase: 'sending', sentBytes: 400 });
    expect(figuresOf(sending)).toEqual({ fraction: 0.4, bytesPerSecond: 400, secondsLeft: 1.5 });
    const checking = run([{ kind: 'all-sent' }, { kind: 'server-told', view: view(30, 60) }], sending);
    expect(checking).toMatchObject({ phase: 'checking', sentBytes: 1000 });
    expect(figuresOf(checking).fraction).toBe(0.5);
    expect(run([{ kind: 'registered', datasetId: 'd' }], checking)).toMatchObject({ phase: 'done', datasetId: 'd' });
  });

  it('does not claim more bytes than the file has: the form around it counts too', () => {
    expect(run([{ kind: 'started', atMilliseconds: 0 }, { kind: 'sent', bytes: 1400, atMilliseconds: 5 }]).sentBytes).toBe(1000);
  });

  it('says nothing about the share of checks whose number nobody knows', () => {
    expect(figuresOf(run([{ kind: 'started', atMilliseconds: 0 }, { kind: 'all-sent' }, { kind: 'server-told', view: view(5, null) }])).fraction).toBeNull();
  });

  it('begins anew under another id, but not after success', () => {
    const refused = run([{ kind: 'started', atMilliseconds: 0 }, { kind: 'refused', problem: Problem.network() }]);
    expect(nextUpload(refused, { kind: 'again', id: 'v' })).toEqual(newUpload('v', file));
    const done = run([{ kind: 'registered', datasetId: 'd' }]);
    expect(nextUpload(done, { kind: 'again', id: 'v' })).toBe(done);
  });

  it('never leaves an end, and bytes never go back, whatever comes in whatever order', () => {
    const event: fc.Arbitrary<UploadEvent> = fc.oneof(
      fc.record({ kind: fc.constant('started' as const), atMilliseconds: fc.nat(1000) }),
      fc.record({ kind: fc.constant('sent' as const), bytes: fc.nat(2000), atMilliseconds: fc.nat(1000) }),
      fc.constant({ kind: 'all-sent' as const }),
      fc.nat(100).map((checked) => ({ kind: 'server-told' as const, view: view(checked, 100) })),
      fc.constant({ kind: 'registered' as const, datasetId: 'd' }),
      fc.constant({ kind: 'failed' as const, problem: Problem.network() }),
      fc.constant({ kind: 'cancelled' as const }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (events) => {
        let item = newUpload('u', file);
        for (const one of events) {
          const next = nextUpload(item, one);
          if (isOver(item.phase)) expect(next).toBe(item);
          expect(next.sentBytes).toBeGreaterThanOrEqual(item.sentBytes);
          expect(next.checkedEntries).toBeGreaterThanOrEqual(item.checkedEntries);
          const { fraction } = figuresOf(next);
          if (fraction !== null) expect(fraction >= 0 && fraction <= 1).toBe(true);
          item = next;
        }
      }),
    );
  });
});

describe('startable', () => {
  it('starts so many at a time, the first first', () => {
    const items = ['a', 'b', 'c'].map((id) => newUpload(id, file));
    expect(startable(items, 2).map((item) => item.id)).toEqual(['a', 'b']);
    const [a, b, c] = items as [UploadItem, UploadItem, UploadItem];
    const running = nextUpload(a, { kind: 'started', atMilliseconds: 0 });
    expect(startable([running, b, c], 2).map((item) => item.id)).toEqual(['b']);
    expect(startable([running, nextUpload(b, { kind: 'started', atMilliseconds: 0 }), c], 2)).toEqual([]);
  });
});

describe('localRefusal', () => {
  it('knows a zip by its name and an empty file by its size', () => {
    expect(localRefusal({ name: 'x.ZIP', size: 1 })).toBeNull();
    expect(localRefusal({ name: 'x.tar', size: 1 })).toBe('not-a-zip');
    expect(localRefusal({ name: 'x.zip', size: 0 })).toBe('empty');
  });
});

describe('the rate', () => {
  it('is that of the last eight seconds, and unknown at the very beginning', () => {
    let samples = addSample([], { atMilliseconds: 0, bytes: 0 });
    expect(rateOf(samples)).toBeNull();
    samples = addSample(samples, { atMilliseconds: 200, bytes: 100 });
    expect(rateOf(samples)).toBeNull();
    samples = addSample(samples, { atMilliseconds: 1000, bytes: 5000 });
    expect(rateOf(samples)).toBe(5000);
    // Ten seconds later at a crawl: the fast beginning is forgotten.
    samples = addSample(addSample(samples, { atMilliseconds: 10_000, bytes: 5100 }), { atMilliseconds: 11_000, bytes: 5200 });
    expect(rateOf(samples)).toBe(100);
  });

  it('gives no time left where nothing moves', () => {
    expect([secondsLeft(10, null), secondsLeft(10, 0), secondsLeft(0, null), secondsLeft(10, 5)]).toEqual([null, null, 0, 2]);
  });
});
