import type { InferenceImage } from '@app/contracts';
import { labelMapOf } from '@app/dice-format';
import { fitGeometry } from '../data/fit.js';
import type { LabelMaps } from '../data/label-maps.js';
import { fitLabels } from '../geometry/label-square.js';

/** The label map of the one image that is measured just now, where a training has a file of all of them. */
export class TruthMap implements LabelMaps {
  private square: Uint8Array;

  constructor(readonly side: number) {
    this.square = new Uint8Array(side * side);
  }

  /** Takes what people painted; false: nothing, as in a training where such an image has no label map. Throws where a mask has not the size of the image. */
  show(truth: NonNullable<InferenceImage['truth']>, size: { readonly width: number; readonly height: number }): boolean {
    const layers = truth.flatMap(({ class_id, counts }) => (counts === undefined ? [] : [{ class_id, counts }]));
    this.square = fitLabels(labelMapOf(layers, size), fitGeometry(size.width, size.height, this.side));
    return layers.length > 0;
  }

  read(_: number, into: Uint8Array): void {
    into.set(this.square);
  }
}
