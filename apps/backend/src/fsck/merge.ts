export interface Sorted<T> {
  readonly items: AsyncIterable<T>;
  readonly key: (item: T) => string;
}

export interface Pair<L, R> {
  readonly left: L | null;
  readonly right: R | null;
}

/** Two sequences in the order of their keys (bytes), side by side: what one of them lacks is null. One item of each is held. */
export async function* merged<L, R>(left: Sorted<L>, right: Sorted<R>): AsyncIterable<Pair<L, R>> {
  const [ones, others] = [left.items[Symbol.asyncIterator](), right.items[Symbol.asyncIterator]()];
  try {
    let [one, other] = [await next(ones), await next(others)];
    while (one !== null || other !== null) {
      const order = orderOf(one === null ? null : left.key(one), other === null ? null : right.key(other));
      yield { left: order <= 0 ? one : null, right: order >= 0 ? other : null };
      if (order <= 0) one = await next(ones);
      if (order >= 0) other = await next(others);
    }
  } finally {
    await Promise.all([ones.return?.(), others.return?.()]);
  }
}

async function next<T>(iterator: AsyncIterator<T>): Promise<T | null> {
  const step = await iterator.next();
  return step.done === true ? null : step.value;
}

function orderOf(one: string | null, other: string | null): number {
  if (one === null) return 1;
  if (other === null) return -1;
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
