import type { Value } from '../../autodiff/graph.js';
import { concatChannels, upsampleBilinear } from '../../autodiff/layers-dense.js';
import { withEdges } from '../../network/edge-planes.js';
import type { NetworkBuilder } from '../../network/network-builder.js';
import { residualBlock } from '../../network/residual-block.js';
import type { NamedValues } from '../training-task.js';

/** The network halves the side four times. */
export const DEEP_STRIDE = 16;

/**
 * A U-Net (Ronneberger et al. 2015) that thinks at a sixteenth of the side, where one residual block looks over half of the image: what tells a class by its form has
 * to be seen whole. Half way through it says of the middle of each figure which class it has (`middles`, in training only): there the form lies around the place
 * always alike and is learned many times sooner than from pixels anywhere in it; the blocks behind it take the answer to the other pixels. Full resolution is
 * never computed: the last step is an interpolation of the logits.
 */
export function unetSmall(channels: number): (build: NetworkBuilder, images: Value) => NamedValues {
  return (build, images) => {
    const { graph } = build;
    const half = build.convBlock('down1', withEdges(graph, images), { filters: 16, kernel: 3, stride: 2 });
    const quarter = residualBlock(build, 'res2', build.convBlock('down2', half, { filters: 32, kernel: 3, stride: 2 }));
    const eighth = residualBlock(build, 'res3', build.convBlock('down3', quarter, { filters: 64, kernel: 3, stride: 2 }));
    let deep = build.convBlock('down4', eighth, { filters: 96, kernel: 3, stride: 2 });
    for (const name of ['res4a', 'res4b']) deep = residualBlock(build, name, deep);
    const middles: NamedValues = build.mode === 'train' ? { middles: build.headLayer('middles', deep, channels - 1, { deviation: 0.05, start: 0 }) } : {};
    for (const name of ['res4c', 'res4d']) deep = residualBlock(build, name, deep);
    const up = (name: string, from: Value, beside: Value): Value => {
      const filters = beside.shape[1] ?? 0;
      const larger = upsampleBilinear(graph, build.convBlock(`${name}.narrow`, from, { filters, kernel: 1, stride: 1 }), 2);
      return build.convBlock(`${name}.join`, concatChannels(graph, [larger, beside]), { filters, kernel: 3, stride: 1 });
    };
    const plane = up('up1', up('up2', up('up3', deep, eighth), quarter), half);
    return { logits: upsampleBilinear(graph, build.headLayer('head', plane, channels, { deviation: 0.05, start: 0 }), 2), ...middles };
  };
}
