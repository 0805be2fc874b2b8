import type { UnetSmallHyperparameters } from '@app/contracts';
import type { Graph, Value } from '../../autodiff/graph.js';
import { plus } from '../../autodiff/elementwise.js';
import { scaled } from '../../autodiff/layers-dense.js';
import { channelSoftmax, diceLoss, oneHotPlanes, pixelCrossEntropy } from '../../autodiff/losses-dense.js';
import { fitGeometry } from '../../data/fit.js';
import type { LabelMaps } from '../../data/label-maps.js';
import type { Placement } from '../../data/placement.js';
import type { AugmentationRange } from '../../data/warp.js';
import { IGNORED } from '../../geometry/label-square.js';
import { labelIndices, NO_LABEL, warpLabels } from '../../geometry/warp-labels.js';
import { SemanticMetrics } from '../../metrics/semantic-metrics.js';
import type { NetworkBuilder } from '../../network/network-builder.js';
import type { Sample } from '../../samples/sample.js';
import { outputOf, type RawOutput } from '../output-decoder.js';
import { valueOf, type ImageOutcome, type NamedValues, type Targets, type TaskFacts, type TaskLoss, type TaskMetrics, type TaskResult, type TrainingTask } from '../training-task.js';
import { SEMANTIC_AUGMENTATIONS } from './semantic-augmentation.js';
import { decodeSemantic, labeledMasks, likeliest } from './semantic-decoder.js';
import { writeMiddles } from './middle-targets.js';
import { DEEP_STRIDE, unetSmall } from './unet-small.js';

/** Which class each pixel shows; the ground is one more that the network learns. */
export class SemanticTask implements TrainingTask {
  readonly outputFormat = 'semantic/1';
  readonly metadata = { ground: 'channel 0' };
  readonly augmentation: AugmentationRange | null;
  readonly targetShapes: Readonly<Record<string, readonly number[]>>;
  private readonly truth: TruthMaps;
  private readonly square: Uint8Array;
  private readonly weights: readonly number[];

  constructor(
    private readonly facts: TaskFacts,
    private readonly settings: Pick<UnetSmallHyperparameters, 'augment' | 'class_weights' | 'dice_weight'>,
  ) {
    const { imageSide, classes } = facts;
    this.augmentation = SEMANTIC_AUGMENTATIONS[settings.augment];
    const cells = imageSide / DEEP_STRIDE;
    this.targetShapes = { labels: [1, imageSide, imageSide], middles: [classes.length, cells, cells] };
    this.truth = new TruthMaps(facts.labelMaps, classes.map((one) => one.id));
    this.square = new Uint8Array(imageSide * imageSide);
    this.weights = settings.class_weights === 'balanced' ? balancedWeights(facts.pixelsOfClass) : facts.pixelsOfClass.map(() => 1);
  }

  outputs(build: NetworkBuilder, images: Value): NamedValues {
    return unetSmall(this.facts.classes.length + 1)(build, images);
  }

  loss(graph: Graph, outputs: NamedValues, targets: NamedValues): TaskLoss {
    const logits = valueOf(outputs, 'logits');
    const classes = oneHotPlanes(graph, valueOf(targets, 'labels'), this.weights.length);
    const entropy = pixelCrossEntropy(graph, logits, { classes, weights: this.weights });
    const middles = pixelCrossEntropy(graph, valueOf(outputs, 'middles'), { classes: valueOf(targets, 'middles'), weights: this.facts.classes.map(() => 1) });
    const known = plus(graph, entropy, middles);
    if (this.settings.dice_weight === 0) return { total: known, parts: { pixels: entropy, middles } };
    const dice = diceLoss(graph, channelSoftmax(graph, logits), classes);
    return { total: plus(graph, known, scaled(graph, dice, this.settings.dice_weight)), parts: { pixels: entropy, middles, dice } };
  }

  fillTargets(sample: Sample, placement: Placement, into: Targets): void {
    const { labels, middles } = into;
    if (labels === undefined || middles === undefined) return;
    this.truth.read(sample, this.square);
    warpLabels(this.square, { side: this.facts.imageSide, warp: placement.warp, indexOf: this.truth.indexOf }, labels);
    writeMiddles(this.square, placement, { indexOf: this.truth.indexOf, into: middles });
  }

  exported(graph: Graph, outputs: NamedValues): NamedValues {
    const logits = valueOf(outputs, 'logits');
    return { probabilities: graph.node('Softmax', [logits], logits.shape, { axis: 1 }) };
  }

  metrics(): TaskMetrics {
    return new SemanticPass(this.facts, this.truth);
  }
}

/** Label maps of samples as squares; an image without one was looked at and shows the ground alone. */
class TruthMaps {
  readonly indexOf: Int16Array;

  constructor(
    private readonly maps: LabelMaps | null,
    classIds: readonly number[],
  ) {
    this.indexOf = labelIndices(classIds);
  }

  read(sample: Sample, into: Uint8Array): void {
    if (sample.maskIndex === null) into.fill(0);
    else if (this.maps === null) throw new Error(`image ${sample.imageId} has a label map, but the training has no file of them`);
    else this.maps.read(sample.maskIndex, into);
  }
}

/** Rare classes count more, by the root of how rare: the full measure would make every edge of a small class worth more than all of the ground. Mean over pixels 1. */
export function balancedWeights(pixels: readonly number[]): number[] {
  const total = pixels.reduce((all, count) => all + count, 0);
  const raw = pixels.map((count) => (count === 0 ? 0 : Math.sqrt(total / count)));
  const mean = raw.reduce((all, weight, index) => all + (weight * (pixels[index] ?? 0)) / Math.max(1, total), 0);
  return raw.map((weight) => (weight === 0 || mean === 0 ? 1 : weight / mean));
}

class SemanticPass implements TaskMetrics {
  private readonly scores: SemanticMetrics;
  private readonly square: Uint8Array;
  private lossSum = 0;
  private pixels = 0;

  constructor(
    private readonly facts: TaskFacts,
    private readonly truth: TruthMaps,
  ) {
    this.scores = new SemanticMetrics(facts.classes.length);
    this.square = new Uint8Array(facts.imageSide ** 2);
  }

  add(sample: Sample, outputs: Readonly<Record<string, RawOutput>>): ImageOutcome {
    const { classes, multiLabel, imageSide } = this.facts;
    const fit = fitGeometry(sample.width, sample.height, imageSide);
    const classIds = classes.map((one) => one.id);
    this.truth.read(sample, this.square);
    const actual = Uint8Array.from(this.square, (value) => {
      const index = this.truth.indexOf[value] ?? NO_LABEL;
      return index === NO_LABEL ? IGNORED : index;
    });
    const probabilities = outputOf(outputs, 'probabilities');
    this.addLoss(actual, probabilities.data);
    const quality = this.scores.add(actual, likeliest(probabilities, fit).labels);
    return { quality, truth: labeledMasks(this.square, fit), predicted: decodeSemantic(outputs, fit, { classIds, multiLabel }) };
  }

  result(): TaskResult {
    const { meanIou, foregroundIou, groundIou, pixelAccuracy, perClass } = this.scores.result();
    return {
      loss: this.pixels === 0 ? null : this.lossSum / this.pixels,
      primary_metric: 'miou',
      primaryValue: meanIou ?? 0,
      scores: { miou: meanIou, miou_foreground: foregroundIou, iou_ground: groundIou, pixel_accuracy: pixelAccuracy },
      per_class: perClass.map((score, index) => ({ class_id: this.facts.classes[index]?.id ?? index, ...score })),
    };
  }

  private addLoss(actual: Uint8Array, probabilities: Float32Array): void {
    for (let pixel = 0; pixel < actual.length; pixel += 1) {
      const index = actual[pixel] ?? IGNORED;
      if (index === IGNORED) continue;
      this.lossSum -= Math.log(Math.max(1e-9, probabilities[index * actual.length + pixel] ?? 0));
      this.pixels += 1;
    }
  }
}
