import { isNumbers, isObject, type JsonObject } from './json-access.js';

/** What the format derives from an annotation: the class name, the area in square pixels, the count of visible keypoints. */
export function withDerivedFields(annotation: JsonObject, className: string | undefined): JsonObject {
  const { bbox, keypoints, segmentation } = annotation;
  return {
    ...annotation,
    class_name: className,
    ...(bbox === undefined ? {} : { bbox_format: 'xywh', area: segmentationArea(segmentation) ?? boxArea(bbox) }),
    ...(Array.isArray(keypoints) ? { num_keypoints: keypoints.filter((value, at) => at % 3 === 2 && value !== 0).length } : {}),
  };
}

function boxArea(bbox: unknown): number | undefined {
  return isNumbers(bbox) ? (bbox[2] ?? 0) * (bbox[3] ?? 0) : undefined;
}

/** Shoelace area of all rings, or the pixels of a run-length mask, whose runs begin with the background. */
function segmentationArea(segmentation: unknown): number | undefined {
  if (Array.isArray(segmentation)) return segmentation.reduce((sum: number, ring: unknown) => sum + (isNumbers(ring) ? ringArea(ring) : 0), 0);
  const counts = isObject(segmentation) ? segmentation['counts'] : undefined;
  return isNumbers(counts) ? counts.reduce((sum, count, at) => sum + (at % 2 === 1 ? count : 0), 0) : undefined;
}

function ringArea(ring: readonly number[]): number {
  let twice = 0;
  for (let at = 0; at < ring.length; at += 2) {
    const next = (at + 2) % ring.length;
    twice += (ring[at] ?? 0) * (ring[next + 1] ?? 0) - (ring[next] ?? 0) * (ring[at + 1] ?? 0);
  }
  return Math.abs(twice) / 2;
}
