import { describe, expect, it } from 'vitest';
import { Flight } from './flight.js';

/** Work that ends when it is told to. */
function work(): { promise: Promise<void>; end: () => void; fail: (error: Error) => void } {
  let [end, fail] = [(): void => undefined, (_: Error): void => undefined];
  const promise = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { promise, end, fail };
}

const settled = async (promise: Promise<void>): Promise<boolean> => Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);

describe('what is in flight', () => {
  it('waits for room by number and by bytes, and lets what is too large go alone', async () => {
    const flight = new Flight(2, 100);
    const [one, two, large] = [work(), work(), work()];
    await flight.room(60);
    flight.add(60, one.promise);
    expect(await settled(flight.room(41))).toBe(false);
    await flight.room(40);
    flight.add(40, two.promise);
    expect(await settled(flight.room(0))).toBe(false);
    one.end();
    await flight.room(60);
    expect(await settled(flight.room(500))).toBe(false);
    two.end();
    await flight.room(500);
    flight.add(500, large.promise);
    expect(await settled(flight.landed())).toBe(false);
    large.end();
    await flight.landed();
  });

  it('keeps a failure until somebody asks, and waits for the others all the same', async () => {
    const flight = new Flight(3, 100);
    const [bad, good] = [work(), work()];
    flight.add(1, bad.promise);
    flight.add(1, good.promise);
    bad.fail(new Error('no database'));
    await new Promise((resolve) => setImmediate(resolve));
    const landing = flight.landed();
    expect(await settled(landing.catch(() => undefined))).toBe(false);
    good.end();
    await expect(landing).rejects.toThrow('no database');
    await expect(flight.room(1)).rejects.toThrow('no database');
  });
});
