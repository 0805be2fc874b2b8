/** Keys in the order of their UTF-8 bytes, which differs from the order of JavaScript's strings beyond U+FFFF. Kept in order key by key: a list after each write must not sort anew. */
export class SortedKeys {
  private keys: string[] | null = null;

  constructor(private readonly source: () => Iterable<string>) {}

  all(): readonly string[] {
    this.keys ??= [...this.source()].map((key) => Buffer.from(key)).sort(Buffer.compare).map((key) => key.toString());
    return this.keys;
  }

  added(key: string): void {
    if (this.keys !== null) this.keys.splice(firstNotBelow(this.keys, key), 0, key);
  }

  removed(key: string): void {
    if (this.keys === null) return;
    const at = firstNotBelow(this.keys, key);
    if (this.keys[at] === key) this.keys.splice(at, 1);
  }
}

/** Index of the first key that is not below this one, by bisection. */
export function firstNotBelow(keys: readonly string[], key: string): number {
  const wanted = Buffer.from(key);
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Buffer.compare(Buffer.from(keys[middle] ?? ''), wanted) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
