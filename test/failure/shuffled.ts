/** The items in another order, which the seed decides. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const mixed = [...items];
  let state = seed;
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const [a, b] = [mixed[last], mixed[state % (last + 1)]];
    if (a !== undefined && b !== undefined) [mixed[last], mixed[state % (last + 1)]] = [b, a];
  }
  return mixed;
}
