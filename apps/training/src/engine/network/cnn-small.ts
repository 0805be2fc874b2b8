import { flatten, globalAveragePool } from '../autodiff/layers.js';
import type { Value } from '../autodiff/graph.js';
import type { NetworkBuilder } from './network-builder.js';

/** A model as a function from the batch of images (NCHW) to logits (NK). */
export type Architecture = (build: NetworkBuilder, images: Value) => Value;

/** Below this side the first layer keeps the resolution: there is little to lose. */
const SMALL_SIDE = 40;
/** Above this side one more layer halves the plane. */
const LARGE_SIDE = 112;
/** A plane up to this side is flattened, so that the head sees places; a larger one is averaged. */
const FLATTENED_SIDE = 8;

/** Four or five strided convolutions with batch norm and one dense layer. */
export function cnnSmall(side: number, classCount: number): Architecture {
  return (build, images) => {
    let plane = build.convBlock('conv1', images, { filters: 16, kernel: 3, stride: side <= SMALL_SIDE ? 1 : 2 });
    plane = build.convBlock('conv2', plane, { filters: 32, kernel: 3, stride: 2 });
    plane = build.convBlock('conv3', plane, { filters: 64, kernel: 3, stride: 2 });
    plane = build.convBlock('conv4', plane, { filters: 64, kernel: 3, stride: 1 });
    if (side > LARGE_SIDE) plane = build.convBlock('conv5', plane, { filters: 96, kernel: 3, stride: 2 });
    const flat = (plane.shape[2] ?? 0) <= FLATTENED_SIDE;
    const features = flat ? flatten(build.graph, plane) : globalAveragePool(build.graph, plane);
    return build.denseLayer('head', features, classCount, flat ? 0.02 : 0.05);
  };
}
