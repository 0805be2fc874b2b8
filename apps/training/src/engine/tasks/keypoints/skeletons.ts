/** Points of the classes' skeletons, as the network knows them: point i of every class shares one output. */
export interface Skeletons {
  /** Of the class with most. */
  readonly points: number;
  /** By class index. */
  readonly counts: readonly number[];
  /** By class index: which point each becomes in a mirrored image; null: nobody knows. */
  readonly mirrored: readonly (readonly number[] | null)[];
}

const SIDES: readonly (readonly [RegExp, string])[] = [
  [/left/i, 'right'],
  [/right/i, 'left'],
];

export function skeletonsOf(names: readonly (readonly string[])[]): Skeletons {
  return { points: Math.max(0, ...names.map((one) => one.length)), counts: names.map((one) => one.length), mirrored: names.map(mirroredPoints) };
}

/**
 * The left eye of a mirrored face is its right one. Names tell which points change places; where no name has a side, or one has no partner, an image of the class must not
 * be mirrored: what the points mean would be guessed.
 */
function mirroredPoints(names: readonly string[]): number[] | null {
  const plain = names.map((name) => name.toLowerCase());
  const partners = plain.map((name, index) => {
    const side = SIDES.find(([pattern]) => pattern.test(name));
    return side === undefined ? index : plain.indexOf(name.replace(side[0], side[1]));
  });
  const isKnown = partners.every((partner) => partner >= 0) && partners.some((partner, index) => partner !== index);
  return isKnown ? partners : null;
}

/** Whether images may be mirrored: all classes that have points say how. */
export const canMirror = ({ counts, mirrored }: Skeletons): boolean => counts.every((count, index) => count === 0 || mirrored[index] !== null);
