/** A small fast generator of equally likely numbers in [0, 1): xorshift of 32 bits (Marsaglia 2003). */
export function randomNumbers(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 88_675_123) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

export const SHAPES = ['circle', 'square', 'triangle', 'cross'] as const;

/** Whether a point of the unit shape (about -1..1 on both axes) is inside. */
function inside(shape: number, x: number, y: number): boolean {
  if (shape === 0) return x * x + y * y < 0.8;
  if (shape === 1) return Math.max(Math.abs(x), Math.abs(y)) < 0.8;
  if (shape === 2) return y < 0.7 && y > -0.9 + 1.8 * Math.abs(x);
  return Math.min(Math.abs(x), Math.abs(y)) < 0.28 && Math.max(Math.abs(x), Math.abs(y)) < 0.95;
}

/** Draws one shape in RGB, turned, scaled and moved by chance, on a noisy ground; the colour says nothing about the class. */
export function drawShape(shape: number, size: number, random: () => number): Uint8Array {
  const pixels = new Uint8Array(size * size * 3);
  const ground = [random() * 110, random() * 110, random() * 110];
  const ink = [130 + random() * 125, 130 + random() * 125, 130 + random() * 125];
  const radius = size * (0.22 + random() * 0.16);
  const angle = random() * 2 * Math.PI;
  const [centreX, centreY] = [size * (0.42 + random() * 0.16), size * (0.42 + random() * 0.16)];
  for (let at = 0; at < size * size; at += 1) {
    const dx = ((at % size) - centreX) / radius;
    const dy = (Math.floor(at / size) - centreY) / radius;
    const colour = inside(shape, dx * Math.cos(angle) + dy * Math.sin(angle), dy * Math.cos(angle) - dx * Math.sin(angle)) ? ink : ground;
    for (let channel = 0; channel < 3; channel += 1) pixels[at * 3 + channel] = Math.max(0, Math.min(255, Math.round((colour[channel] ?? 0) + (random() - 0.5) * 40)));
  }
  return pixels;
}
