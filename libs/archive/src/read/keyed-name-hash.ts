import { randomFillSync } from 'node:crypto';

/**
 * HalfSipHash-1-3 (Aumasson and Bernstein; the keyed hash of Linux's tables) over UTF-16 units. The key is random, so nobody can make names whose
 * hashes meet and turn a table of a million names into a list. One unit is one word: the hash of every prefix comes out of the same pass.
 */
export class KeyedNameHash {
  private readonly key = randomFillSync(new Int32Array(2));
  /** After `run`: where the parent paths end (without their slash), shortest first, and their hashes; `parents` of each are valid. */
  readonly parentEnds: Uint32Array;
  readonly parentHashes: Int32Array;
  parents = 0;

  constructor(mostUnits: number) {
    this.parentEnds = new Uint32Array(mostUnits);
    this.parentHashes = new Int32Array(mostUnits);
  }

  /** Hash of the first `length` units; fills the parents of the lengths that `wanted` marks, too. */
  run(units: Uint16Array, length: number, wanted: Uint8Array | null): number {
    let v0 = this.key[0] ?? 0;
    let v1 = this.key[1] ?? 0;
    let v2 = 0x6c796765 ^ v0;
    let v3 = 0x74656462 ^ v1;
    this.parents = 0;
    for (let at = 0; at < length; at += 1) {
      const unit = units[at] ?? 0;
      if (unit === 0x2f && wanted !== null && wanted[at] === 1) this.addParent(at, finished(v0, v1, v2, v3 ^ at));
      v3 ^= unit;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= unit;
    }
    return finished(v0, v1, v2, v3 ^ length);
  }

  private addParent(end: number, hash: number): void {
    this.parentEnds[this.parents] = end;
    this.parentHashes[this.parents] = hash;
    this.parents += 1;
  }
}

/** One round for the length, three to end. */
function finished(a: number, b: number, c: number, d: number): number {
  let [v0, v1, v2, v3] = [a, b, c, d];
  for (let round = 0; round < 4; round += 1) {
    if (round === 1) v2 ^= 0xff;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  }
  return v1 ^ v3;
}
