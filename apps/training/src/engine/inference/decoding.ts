import type { ModelAdapter, PredictedObject } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { z } from 'zod';
import { fitGeometry, type FitGeometry } from '../data/fit.js';
import { decoderFor } from '../tasks/decoders.js';
import type { RawOutput } from '../tasks/output-decoder.js';

interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Objects in pixels of an original of this size, the surest first; of classes that the dataset has. */
export type Decode = (outputs: Readonly<Record<string, RawOutput>>, size: ImageSize) => PredictedObject[];

/** How the outputs of a model are read. Throws `validation-failed` for a format that this worker has no decoder for. */
export function decodingOf(adapter: ModelAdapter): Decode {
  const decode = decoderFor(adapter.output_format);
  if (decode === null) throw new DomainError('validation-failed', `This worker cannot read the outputs of ${adapter.output_format}.`);
  const model = { classIds: adapter.classes.map((one) => one.id), multiLabel: adapter.multi_label, keypointCounts: keypointCountsOf(adapter) };
  return (outputs, size) => decode(outputs, inputGeometry(size, adapter), model);
}

/** How an image lies in the input, as `fittedImage` puts it there. */
export function inputGeometry({ width, height }: ImageSize, { input_size: [columns, rows], preprocessing: { fit } }: Pick<ModelAdapter, 'input_size' | 'preprocessing'>): FitGeometry {
  if (columns === rows && fit === 'contain, black') return fitGeometry(width, height, columns);
  const side = Math.max(columns, rows);
  if (fit === 'stretch') return { width, height, side, scale: columns / width, scaleDown: rows / height, left: 0, top: 0 };
  const scale = Math.min(columns / width, rows / height);
  const margin = (length: number, room: number): number => (fit === 'contain, black' ? Math.floor((room - Math.max(1, Math.round(length * scale))) / 2) : 0);
  return { width, height, side, scale, left: margin(width, columns), top: margin(height, rows) };
}

const counts = z.array(z.number().int().nonnegative());

/** Points of each class's skeleton; none where the file does not say it. */
export function keypointCountsOf({ extra }: ModelAdapter): readonly number[] {
  const text = extra?.['keypoint_counts'];
  if (text === undefined) return [];
  try {
    return counts.safeParse(JSON.parse(text)).data ?? [];
  } catch {
    return [];
  }
}
