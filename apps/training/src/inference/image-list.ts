import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { inferenceImageSchema, type InferenceImage } from '@app/contracts';
import { AttemptFailure } from '../jobs/attempt-errors.js';

/** The images of a job, one by one, from the file that the backend wrote. */
export async function* imageList(path: string): AsyncGenerator<InferenceImage> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const parsed = inferenceImageSchema.safeParse(jsonOf(line));
    if (!parsed.success) throw new AttemptFailure('validation-failed', 'The list of images cannot be read.', { retryable: false });
    yield parsed.data;
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Begins `work` on some items ahead of the one that is given out; in their order. What was begun is waited for when the reader stops. */
export async function* ahead<T, R>(items: AsyncIterable<T>, count: number, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const running = work(item);
      // Its turn to be waited for, and to fail, comes later.
      running.catch(() => undefined);
      begun.push(running);
      if (begun.length >= count) yield await (begun.shift() ?? running);
    }
    for (let next = begun.shift(); next !== undefined; next = begun.shift()) yield await next;
  } finally {
    await Promise.allSettled(begun);
  }
}
