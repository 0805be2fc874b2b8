import sharp from 'sharp';

/** Sides that a model can use when the training leaves the choice open. */
export interface SideLimits {
  readonly smallest: number;
  /** What it learns from in reasonable time on a CPU. */
  readonly largest: number;
  /** The network halves the side so often without a remainder. */
  readonly multiple: number;
}

const DEFAULT_LIMITS: SideLimits = { smallest: 16, largest: 128, multiple: 4 };
const CENTERS: SideLimits = { smallest: 64, largest: 192, multiple: 32 };
const LIMITS: Readonly<Record<string, SideLimits>> = {
  'centers-small': CENTERS,
  'instance-small': CENTERS,
  'keypoints-small': CENTERS,
  'unet-small': { smallest: 32, largest: 160, multiple: 16 },
};

export const sideLimitsOf = (model: string): SideLimits => LIMITS[model] ?? DEFAULT_LIMITS;

/** The side of the squares that images are fitted into, from the long sides of some of them: their median, within what the network can use. */
export function sideFor(longSides: readonly number[], { smallest, largest, multiple }: SideLimits): number {
  const sorted = [...longSides].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? largest;
  const rounded = Math.ceil(median / multiple) * multiple;
  return Math.min(largest, Math.max(smallest, rounded));
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
