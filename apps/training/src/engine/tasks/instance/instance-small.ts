import type { Value } from '../../autodiff/graph.js';
import { concatChannels, upsampleNearest } from '../../autodiff/layers-dense.js';
import type { NetworkBuilder } from '../../network/network-builder.js';
import { centersSmall } from '../detection/centers-small.js';

/** Pixels of the square for one cell of the mask planes. */
export const MASK_STRIDE = 4;
/** Planes that all masks are mixed from. */
export const PROTOTYPES = 16;

export interface InstanceOutputs {
  readonly heat: Value;
  readonly boxes: Value;
  /** [N, P, G, G]: how much of each prototype the object of a cell is made of. */
  readonly mixtures: Value;
  /** [N, P, 2 G, 2 G] */
  readonly prototypes: Value;
}

/** The detector of object middles with the mask head of YOLACT (Bolya et al. 2019): prototypes for the whole image, and factors of them for each object. */
export function instanceSmall(build: NetworkBuilder, images: Value, classCount: number): InstanceOutputs {
  const { heat, boxes, shared, quarter } = centersSmall(build, images, classCount);
  const mixtures = build.headLayer('mixtures', build.convBlock('mixtures-neck', shared, { filters: 32, kernel: 3, stride: 1 }), PROTOTYPES, { deviation: 0.1, start: 0 });
  const coarse = upsampleNearest(build.graph, build.convBlock('masks-narrow', shared, { filters: 32, kernel: 1, stride: 1 }), 2);
  const plane = build.convBlock('masks-b', build.convBlock('masks-a', concatChannels(build.graph, [coarse, quarter]), { filters: 32, kernel: 3, stride: 1 }), { filters: 32, kernel: 3, stride: 1 });
  return { heat, boxes, mixtures, prototypes: build.headLayer('prototypes', plane, PROTOTYPES, { deviation: 0.1, start: 0 }) };
}
