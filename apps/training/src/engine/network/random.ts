/**
 * Random numbers by counter: `stream` names what they are for (seed, epoch, image ...), so that nothing has to be remembered to go on
 * in the middle of a training. The mixer is that of splitmix32.
 */
export class Random {
  private state: number;

  constructor(...stream: readonly number[]) {
    this.state = stream.reduce((hash, part) => mix(hash ^ (part | 0)), 0x9e3779b9);
  }

  /** 0 <= x < 1 */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    return (mix(this.state) >>> 0) / 4_294_967_296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Normal, mean 0, deviation 1 (Box and Muller). */
  gaussian(): number {
    return Math.sqrt(-2 * Math.log(this.next() + 1e-12)) * Math.cos(2 * Math.PI * this.next());
  }

  shuffled<T>(items: readonly T[]): T[] {
    const mixed = [...items];
    for (let last = mixed.length - 1; last > 0; last -= 1) {
      const pick = Math.floor(this.next() * (last + 1));
      const [a, b] = [mixed[last] as T, mixed[pick] as T];
      mixed[last] = b;
      mixed[pick] = a;
    }
    return mixed;
  }
}

function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return hash ^ (hash >>> 15);
}
