/** Keypoints and their skeleton as a person writes them: names a line each, pairs by number from 1. */
export type Pair = readonly [number, number];
export type SkeletonReading = { readonly pairs: readonly Pair[]; readonly wrong: null } | { readonly pairs: null; readonly wrong: string };

export const namesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** `wrong`: the first pair that is none of two different keypoints. */
export function skeletonOf(text: string, keypoints: number): SkeletonReading {
  const pairs: Pair[] = [];
  for (const part of text.split(/[,;\n]/).map((one) => one.trim()).filter((one) => one !== '')) {
    const found = /^(\d+)\s*[-–]\s*(\d+)$/.exec(part);
    const [from, to] = [Number(found?.[1]), Number(found?.[2])];
    const isPair = from >= 1 && to >= 1 && from <= keypoints && to <= keypoints && from !== to;
    if (!isPair) return { pairs: null, wrong: part };
    pairs.push([from - 1, to - 1]);
  }
  return { pairs, wrong: null };
}

export const skeletonText = (pairs: readonly (readonly number[])[] | null): string => (pairs ?? []).map(([from = 0, to = 0]) => `${from + 1}-${to + 1}`).join(', ');
