import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitMilliseconds } from './event-stream.js';
import { SseParser } from './sse-parser.js';

const read = (...pieces: string[]) => {
  const parser = new SseParser();
  return { events: pieces.flatMap((piece) => parser.feed(piece)), parser };
};

describe('SseParser', () => {
  it('reads id, event and data', () => {
    expect(read('id: 7\nevent: metrics\ndata: {"epoch":1}\n\n').events).toEqual([{ id: '7', event: 'metrics', data: '{"epoch":1}' }]);
  });

  it('joins lines of data, and takes one space only from the front', () => {
    expect(read('data: a\ndata:  b\ndata\n\n').events).toEqual([{ id: '', event: 'message', data: 'a\n b\n' }]);
  });

  it('passes over comments, unknown fields and blocks without data, but keeps the id of such a block', () => {
    const { events } = read(': still here\n\nid: 3\n\nfield: x\ndata: y\n\n');
    expect(events).toEqual([{ id: '3', event: 'message', data: 'y' }]);
  });

  it('does not carry the name of an event into the next', () => {
    expect(read('event: job\ndata: 1\n\ndata: 2\n\n').events.map((one) => one.event)).toEqual(['job', 'message']);
  });

  it('takes retry as digits only, and no id with a NUL', () => {
    const { parser, events } = read('retry: 2000\nretry: soon\nid: a\0b\ndata: x\n\n');
    expect(parser.retryMilliseconds).toBe(2000);
    expect(events[0]?.id).toBe('');
  });

  it('drops a byte order mark at the start only', () => {
    expect(read('\uFEFFdata: a\n\n', 'data: \uFEFFb\n\n').events.map((one) => one.data)).toEqual(['a', '\uFEFFb']);
  });

  it('keeps what has not ended', () => {
    expect(read('data: half').events).toEqual([]);
  });

  it('reads the same whatever the line ends and wherever the network cuts', () => {
    const text = 'retry: 5\n: c\nid: 1\nevent: job\ndata: {"a":1}\n\nid: 2\ndata: 한글\ndata: two\n\nid: 3\nevent: log\ndata: x\n\n';
    const whole = read(text).events;
    expect(whole).toHaveLength(3);
    fc.assert(
      fc.property(fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat(text.length * 2), { maxLength: 12 }), (lineEnd, cuts) => {
        const sent = text.replaceAll('\n', lineEnd);
        const at = [...new Set([0, ...cuts.filter((cut) => cut < sent.length), sent.length])].sort((a, b) => a - b);
        const pieces = at.slice(1).map((end, index) => sent.slice(at[index], end));
        // A lone carriage return at the end may be half of a pair: the next byte tells.
        expect(read(...pieces, ': end\n').events).toEqual(whole);
      }),
    );
  });
});

describe('the wait before a reconnection', () => {
  it('doubles up to half a minute, with jitter of a quarter', () => {
    expect([1, 2, 3, 4].map((failures) => waitMilliseconds(failures, 1000, 0.5))).toEqual([1000, 2000, 4000, 8000]);
    expect(waitMilliseconds(50, 1000, 0.5)).toBe(30_000);
    expect(waitMilliseconds(1, 1000, 0)).toBe(750);
    expect(waitMilliseconds(1, 1000, 1)).toBe(1250);
  });
});
