import type { Value } from '../../autodiff/graph.js';
import { concatChannels, upsampleBilinear } from '../../autodiff/layers-dense.js';
import { withEdges } from '../../network/edge-planes.js';
import type { NetworkBuilder } from '../../network/network-builder.js';
import { residualBlock } from '../../network/residual-block.js';
import type { NamedValues } from '../training-task.js';

/** The network halves the side three times. */
export const DEEP_STRIDE = 8;

/**
 * A U-Net (Ronneberger et al. 2015) that thinks at an eighth of the side, where five residual blocks look over 180 pixels: what tells a class by its form has to be
 * seen whole, and at a sixteenth the corners of small forms are gone (measured: docs/adr/0025). Behind the third block it says of the middle of each figure which
 * class it has (`middles`, in training only): there the form lies around the place always alike and is learned many times sooner than from pixels anywhere in it;
 * the blocks behind it take the answer to the other pixels. Full resolution is never computed: the last step is an interpolation of the logits.
 */
export function unetSmall(channels: number): (build: NetworkBuilder, images: Value) => NamedValues {
  return (build, images) => {
    const { graph } = build;
    const half = build.convBlock('down1', withEdges(graph, images), { filters: 16, kernel: 3, stride: 2 });
    const quarter = residualBlock(build, 'res2', build.convBlock('down2', half, { filters: 32, kernel: 3, stride: 2 }));
    let deep = build.convBlock('down3', quarter, { filters: 64, kernel: 3, stride: 2 });
    for (const name of ['res3a', 'res3b', 'res3c']) deep = residualBlock(build, name, deep);
    const middles: NamedValues = build.mode === 'train' ? { middles: build.headLayer('middles', deep, channels - 1, { deviation: 0.05, start: 0 }) } : {};
    for (const name of ['res3d', 'res3e']) deep = residualBlock(build, name, deep);
    const up = (name: string, from: Value, { beside, kernel }: { readonly beside: Value; readonly kernel: number }): Value => {
      const filters = beside.shape[1] ?? 0;
      const larger = upsampleBilinear(graph, build.convBlock(`${name}.narrow`, from, { filters, kernel: 1, stride: 1 }), 2);
      return build.convBlock(`${name}.join`, concatChannels(graph, [larger, beside]), { filters, kernel, stride: 1 });
    };
    // Half resolution costs most: there each place is mixed by itself.
    const plane = up('up1', up('up2', deep, { beside: quarter, kernel: 3 }), { beside: half, kernel: 1 });
    return { logits: upsampleBilinear(graph, build.headLayer('head', plane, channels, { deviation: 0.05, start: 0 }), 2), ...middles };
  };
}
