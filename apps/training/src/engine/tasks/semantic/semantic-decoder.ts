import type { PredictedObject } from '@app/contracts';
import type { FitGeometry } from '../../data/fit.js';
import { IGNORED, originalMasks } from '../../geometry/label-square.js';
import { outputOf, type DecodeOutputs, type RawOutput } from '../output-decoder.js';

/** The likeliest class of each pixel of the square, 0 the ground, and how likely. What lies around the image is the ground. */
export function likeliest({ data, shape }: RawOutput, fit: FitGeometry): { readonly labels: Uint8Array; readonly sums: Float64Array; readonly counts: Float64Array } {
  const [channels = 0, height = 0, width = 0] = shape;
  const plane = height * width;
  const labels = new Uint8Array(plane);
  const [sums, counts] = [new Float64Array(channels), new Float64Array(channels)];
  const bottom = height - fit.top;
  for (let at = fit.top * width; at < bottom * width; at += 1) {
    const x = at % width;
    if (x < fit.left || x >= width - fit.left) continue;
    const best = largestChannel(data, at, { channels, plane });
    labels[at] = best;
    sums[best] = (sums[best] ?? 0) + (data[best * plane + at] ?? 0);
    counts[best] = (counts[best] ?? 0) + 1;
  }
  return { labels, sums, counts };
}

function largestChannel(data: Float32Array, at: number, { channels, plane }: { readonly channels: number; readonly plane: number }): number {
  let best = 0;
  for (let channel = 1; channel < channels; channel += 1) if ((data[channel * plane + at] ?? 0) > (data[best * plane + at] ?? 0)) best = channel;
  return best;
}

/** One object a class that is seen: its pixels, with their mean probability as the score. */
export const decodeSemantic: DecodeOutputs = (outputs, fit, { classIds }) => {
  const { labels, sums, counts } = likeliest(outputOf(outputs, 'probabilities'), fit);
  const masks = originalMasks(labels, fit);
  const objects = classIds.flatMap((classId, index): PredictedObject[] => {
    const text = masks.get(index + 1);
    const score = (sums[index + 1] ?? 0) / (counts[index + 1] ?? 0);
    return classId === null || text === undefined || !Number.isFinite(score) ? [] : [{ class_id: classId, score: Math.min(1, Math.max(0, score)), counts: text }];
  });
  return objects.sort((a, b) => b.score - a.score);
};

/** What people say, as objects: the label map of the square in pixels of the original. */
export const labeledMasks = (square: Uint8Array, fit: FitGeometry): { class_id: number; counts: string }[] =>
  [...originalMasks(square, fit)].filter(([value]) => value !== IGNORED).map(([value, counts]) => ({ class_id: value - 1, counts }));
