import sharp from 'sharp';

const SMALLEST = 16;
/** What the small network learns from in reasonable time on a CPU. */
const LARGEST = 128;
/** The network halves the side twice without a remainder. */
const MULTIPLE = 4;

/** The side of the squares that images are fitted into, from the long sides of some of them: their median, within what the network can use. */
export function sideFor(longSides: readonly number[]): number {
  const sorted = [...longSides].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? LARGEST;
  const rounded = Math.ceil(median / MULTIPLE) * MULTIPLE;
  return Math.min(LARGEST, Math.max(SMALLEST, rounded));
}

/** Longer side of an image, pixels, by its header; null for bytes that are no image. */
export async function longSideOf(bytes: Uint8Array): Promise<number | null> {
  try {
    const { width, height } = await sharp(bytes).metadata();
    return Math.max(width, height);
  } catch {
    return null;
  }
}
