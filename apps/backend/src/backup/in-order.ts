/** Works on several items at once; results come in the order of the items. An error ends it when what is under way has ended. */
export async function* inOrder<T, R>(items: AsyncIterable<T>, atOnce: number, work: (item: T) => Promise<R>): AsyncIterable<R> {
  const underWay: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const working = work(item);
      // It is waited for later; until then its failure is nobody's surprise.
      working.catch(() => undefined);
      underWay.push(working);
      if (underWay.length >= atOnce) yield (await underWay.shift()) as R;
    }
    while (underWay.length > 0) yield (await underWay.shift()) as R;
  } finally {
    await Promise.allSettled(underWay);
  }
}
