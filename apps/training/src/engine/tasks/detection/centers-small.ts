import { concatChannels, upsampleNearest } from '../../autodiff/layers-dense.js';
import type { Value } from '../../autodiff/graph.js';
import type { NetworkBuilder } from '../../network/network-builder.js';
import { residualBlock } from '../../network/residual-block.js';

/** Pixels of the square for one cell of the grid. */
export const GRID_STRIDE = 8;
/** The square's side is a multiple of it: the deepest plane is that much smaller. */
export const SIDE_MULTIPLE = 32;

/** So rarely does a cell hold the middle of an object before anything is learned: the loss of the empty cells does not drown the rest. */
const FIRST_HEAT = 0.03;
const heatStart = Math.log(FIRST_HEAT / (1 - FIRST_HEAT));

export interface CentersOutputs {
  readonly heat: Value;
  readonly boxes: Value;
  /** What further heads can say more from: planes of the grid, and of half its stride. */
  readonly shared: Value;
  readonly quarter: Value;
}

/**
 * A small network with a grid of stride 8 (CenterNet, Zhou et al. 2019, in the form of TTFNet, Liu et al. 2019): planes down to 1/32 of the side, residual
 * blocks, and back up to 1/8 with what lay there before. About 470,000 parameters.
 */
export function centersSmall(build: NetworkBuilder, images: Value, classCount: number): CentersOutputs {
  const half = build.convBlock('stem', images, { filters: 16, kernel: 3, stride: 2 });
  const quarter = build.convBlock('down1', half, { filters: 32, kernel: 3, stride: 2 });
  const eighth = residualBlock(build, 'stage3', build.convBlock('down2', quarter, { filters: 48, kernel: 3, stride: 2 }));
  const sixteenth = residualBlock(build, 'stage4', build.convBlock('down3', eighth, { filters: 64, kernel: 3, stride: 2 }));
  const deepest = residualBlock(build, 'stage5', build.convBlock('down4', sixteenth, { filters: 96, kernel: 3, stride: 2 }));
  const upper = merged(build, 'up4', { coarse: deepest, fine: sixteenth, filters: 64 });
  const grid = merged(build, 'up3', { coarse: upper, fine: eighth, filters: 48 });
  const shared = build.convBlock('neck', grid, { filters: 64, kernel: 3, stride: 1 });
  const heat = build.headLayer('heat', build.convBlock('heat-neck', shared, { filters: 32, kernel: 3, stride: 1 }), classCount, { deviation: 0.02, start: heatStart });
  const boxes = build.headLayer('boxes', build.convBlock('boxes-neck', shared, { filters: 32, kernel: 3, stride: 1 }), 4, { deviation: 0.02, start: 0 });
  return { heat, boxes, shared, quarter };
}

/** A coarse plane brought up to a fine one and mixed with it. */
function merged(build: NetworkBuilder, name: string, of: { readonly coarse: Value; readonly fine: Value; readonly filters: number }): Value {
  const narrow = build.convBlock(`${name}.narrow`, of.coarse, { filters: of.filters, kernel: 1, stride: 1 });
  const both = concatChannels(build.graph, [upsampleNearest(build.graph, narrow, 2), of.fine]);
  return build.convBlock(`${name}.mix`, both, { filters: of.filters, kernel: 1, stride: 1 });
}
