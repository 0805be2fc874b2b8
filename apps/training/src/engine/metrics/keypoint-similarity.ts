/** x, y, visibility (0, 1, 2) for each point. */
export type Keypoints = readonly number[];

/**
 * How far a point may lie off, as a part of the object's scale: COCO's constants for the 17 points of a person (cocoeval.py, `kpt_oks_sigmas`), and a value
 * in their middle for any other skeleton, for which nobody has measured how far people disagree.
 */
const PERSON_SIGMAS = [0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089];
export const OTHER_SIGMA = 0.05;

export const sigmasFor = (points: number): readonly number[] => (points === PERSON_SIGMAS.length ? PERSON_SIGMAS : new Array<number>(points).fill(OTHER_SIGMA));

export interface KeypointTruth {
  readonly keypoints: Keypoints;
  /** Of the object, square pixels: of its mask, or of its box where it has none. */
  readonly area: number;
}

/** Object keypoint similarity: mean over the points that are in the truth of exp(-d^2 / (2 * area * (2 sigma)^2)); 0 where it has none. Source: cocodataset.org, keypoints-eval. */
export function keypointSimilarity(predicted: Keypoints, truth: KeypointTruth): number {
  const sigmas = sigmasFor(truth.keypoints.length / 3);
  let sum = 0;
  let known = 0;
  sigmas.forEach((sigma, point) => {
    if ((truth.keypoints[3 * point + 2] ?? 0) === 0) return;
    known += 1;
    const distance = distanceAt(predicted, truth.keypoints, point);
    sum += Math.exp(-(distance ** 2) / (2 * (truth.area + Number.EPSILON) * (2 * sigma) ** 2));
  });
  return known === 0 ? 0 : sum / known;
}

/** Points of the truth that the prediction hits within `part` of the object's scale (the root of its area), and how many there are: PCK. */
export function pointsWithin(predicted: Keypoints, truth: KeypointTruth, part: number): { readonly hit: number; readonly known: number } {
  const reach = part * Math.sqrt(truth.area);
  const points = Array.from({ length: truth.keypoints.length / 3 }, (_, point) => point).filter((point) => (truth.keypoints[3 * point + 2] ?? 0) > 0);
  return { hit: points.filter((point) => distanceAt(predicted, truth.keypoints, point) <= reach).length, known: points.length };
}

const distanceAt = (left: Keypoints, right: Keypoints, point: number): number => Math.hypot((left[3 * point] ?? 0) - (right[3 * point] ?? 0), (left[3 * point + 1] ?? 0) - (right[3 * point + 1] ?? 0));
