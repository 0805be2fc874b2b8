import { decodeClassification } from './classification/classification-decoder.js';
import { decodeInstances } from './instance/instance-decoder.js';
import { decodeKeypoints } from './keypoints/keypoints-decoder.js';
import { decodeSemantic } from './semantic/semantic-decoder.js';
import { decodeBoxes } from './detection/boxes-decoder.js';
import { decodeCenters } from './detection/centers-decoder.js';
import { OUTPUT_FORMATS, type DecodeOutputs, type OutputFormat } from './output-decoder.js';

const DECODERS: Partial<Record<OutputFormat, DecodeOutputs>> = {
  'classification/1': decodeClassification,
  'semantic/1': decodeSemantic,
  'instance/1': decodeInstances,
  'keypoints/1': decodeKeypoints,
  'centers/1': decodeCenters,
  'boxes/1': decodeBoxes,
};

/** The decoder of a model's `output_format`; null for a format that is not known here. */
export function decoderFor(format: string | undefined): DecodeOutputs | null {
  const known = OUTPUT_FORMATS.find((one) => one === format);
  return known === undefined ? null : (DECODERS[known] ?? null);
}
