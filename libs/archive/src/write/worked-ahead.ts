/** Something to be done. `alone`: what follows is not looked at before its result was taken, because both are read from one place. */
export interface Work<T> {
  readonly alone: boolean;
  readonly run: () => Promise<T>;
}

/**
 * The results in the order of the work; of what need not be alone, `ahead` are under way at a time. When the reader stops, what was begun is waited for.
 * Throws what the work throws, when its turn comes.
 */
export async function* workedAhead<T>(work: AsyncIterable<Work<T>>, ahead: number): AsyncGenerator<T> {
  const waiting: Promise<T>[] = [];
  try {
    for await (const one of work) {
      const begun = one.run();
      // Looked at when its turn comes.
      begun.catch(() => undefined);
      waiting.push(begun);
      while (waiting.length > (one.alone ? 0 : ahead)) yield first(waiting);
    }
    while (waiting.length > 0) yield first(waiting);
  } finally {
    await Promise.allSettled(waiting);
  }
}

function first<T>(waiting: Promise<T>[]): Promise<T> {
  const next = waiting.shift();
  if (next === undefined) throw new Error('nothing is waited for');
  return next;
}
