import type { UnetSmallHyperparameters } from '@app/contracts';
import type { AugmentationRange } from '../../data/warp.js';

const LIGHT: AugmentationRange = { turnRadians: 0.14, shift: 0.08, scales: [0.88, 1.12], colours: null };

export const SEMANTIC_AUGMENTATIONS: Readonly<Record<UnetSmallHyperparameters['augment'], AugmentationRange | null>> = {
  none: null,
  light: LIGHT,
  standard: { ...LIGHT, colours: { flip: true, gain: [0.8, 1.2], lift: [-20, 20], tint: [0.9, 1.1] } },
};
