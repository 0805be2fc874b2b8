/** SHA-256 of a file, in hex. By the browser where it may; on plain http of another host it offers none, and this computes it itself. */
export async function sha256Of(bytes: ArrayBuffer): Promise<string> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto.subtle;
  return subtle === undefined ? sha256(new Uint8Array(bytes)) : hex(new Uint8Array(await subtle.digest('SHA-256', bytes)));
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const BLOCK = 64;
/** The first 32 bits of the fractional parts of roots of the primes (FIPS 180-4): cube roots for the rounds, square roots for the start. */
const PRIMES = firstPrimes(64);
const ROUNDS = PRIMES.map((prime) => fraction(Math.cbrt(prime)));
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate += 1) if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  return primes;
}

/** SHA-256 in hex, computed here (FIPS 180-4). */
export function sha256(bytes: Uint8Array): string {
  const state = Uint32Array.from(START);
  const whole = bytes.length - (bytes.length % BLOCK);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < whole; at += BLOCK) mix(state, view, at);
  const tail = padded(bytes.subarray(whole), bytes.length);
  for (let at = 0; at < tail.byteLength; at += BLOCK) mix(state, tail, at);
  return [...state].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** The rest, a one, zeros, and the length in bits. */
function padded(rest: Uint8Array, length: number): DataView {
  const tail = new Uint8Array(rest.length + 9 <= BLOCK ? BLOCK : 2 * BLOCK);
  tail.set(rest);
  tail[rest.length] = 0x80;
  const view = new DataView(tail.buffer);
  view.setUint32(tail.length - 8, Math.floor(length / 2 ** 29));
  view.setUint32(tail.length - 4, (length * 8) >>> 0);
  return view;
}

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by));
const schedule = new Uint32Array(64);

function mix(state: Uint32Array, view: DataView, at: number): void {
  for (let index = 0; index < 16; index += 1) schedule[index] = view.getUint32(at + index * 4);
  for (let index = 16; index < 64; index += 1) {
    const [early, late] = [schedule[index - 15] ?? 0, schedule[index - 2] ?? 0];
    const [low, high] = [turned(early, 7) ^ turned(early, 18) ^ (early >>> 3), turned(late, 17) ^ turned(late, 19) ^ (late >>> 10)];
    schedule[index] = (schedule[index - 16] ?? 0) + low + (schedule[index - 7] ?? 0) + high;
  }
  const words = Array.from(state);
  for (let index = 0; index < 64; index += 1) turn(words, index);
  words.forEach((word, index) => (state[index] = ((state[index] ?? 0) + word) >>> 0));
}

const wordOf = (words: readonly number[], index: number): number => words[index] ?? 0;

/** One round over the eight words. */
function turn(words: number[], index: number): void {
  const [a, b, c] = [wordOf(words, 0), wordOf(words, 1), wordOf(words, 2)];
  const [e, f, g] = [wordOf(words, 4), wordOf(words, 5), wordOf(words, 6)];
  const first = (wordOf(words, 7) + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + (ROUNDS[index] ?? 0) + (schedule[index] ?? 0)) | 0;
  const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
  words.pop();
  words.unshift((first + second) | 0);
  words[4] = (wordOf(words, 4) + first) | 0;
}
