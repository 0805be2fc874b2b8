import type { InstanceSmallHyperparameters } from '@app/contracts';
import type { Graph, Value } from '../../autodiff/graph.js';
import { plus } from '../../autodiff/elementwise.js';
import { batchedProduct, reshaped, scaled } from '../../autodiff/layers-dense.js';
import { maskedBinaryCrossEntropy } from '../../autodiff/losses-dense.js';
import { transpose } from '../../autodiff/arithmetic.js';
import type { Placement } from '../../data/placement.js';
import type { AugmentationRange } from '../../data/warp.js';
import type { NetworkBuilder } from '../../network/network-builder.js';
import type { Sample } from '../../samples/sample.js';
import { GRID_STRIDE } from '../detection/centers-small.js';
import { DetectionTask } from '../detection/detection-task.js';
import { valueOf, type NamedValues, type Targets, type TaskFacts, type TaskLoss, type TaskMetrics, type TrainingTask } from '../training-task.js';
import { InstanceMetrics } from './instance-metrics.js';
import { instanceSmall, MASK_STRIDE, PROTOTYPES } from './instance-small.js';
import { MOST_MASKS, writeInstanceTargets } from './instance-targets.js';

/** What a mask counts beside the heat of its middle. */
const MASK_WEIGHT = 2;

/** Objects with boxes and masks. */
export class InstanceTask implements TrainingTask {
  readonly outputFormat = 'instance/1';
  readonly metadata = { mask: JSON.stringify({ stride: MASK_STRIDE, prototypes: PROTOTYPES }) };
  readonly augmentation: AugmentationRange | null;
  readonly targetShapes: Readonly<Record<string, readonly number[]>>;
  private readonly detection: DetectionTask;
  private readonly gridSide: number;

  constructor(
    private readonly facts: TaskFacts,
    settings: Pick<InstanceSmallHyperparameters, 'augment'>,
  ) {
    this.detection = new DetectionTask(facts, settings);
    this.augmentation = this.detection.augmentation;
    this.gridSide = facts.imageSide / GRID_STRIDE;
    const places = (facts.imageSide / MASK_STRIDE) ** 2;
    this.targetShapes = { ...this.detection.targetShapes, chosen: [MOST_MASKS, this.gridSide ** 2], masks: [MOST_MASKS, places], maskWeights: [MOST_MASKS, places] };
  }

  outputs(build: NetworkBuilder, images: Value): NamedValues {
    const { heat, boxes, mixtures, prototypes } = instanceSmall(build, images, this.facts.classes.length);
    return { heat, distances: this.detection.distances(build.graph, boxes), mixtures, prototypes };
  }

  loss(graph: Graph, outputs: NamedValues, targets: NamedValues): TaskLoss {
    const objects = this.detection.loss(graph, outputs, targets);
    const [mixtures, prototypes] = [valueOf(outputs, 'mixtures'), valueOf(outputs, 'prototypes')];
    const [batch = 0, , side = 0] = prototypes.shape;
    // The factors at the cells of the objects, times the prototypes: a mask of logits for each object.
    const cells = transpose(graph, valueOf(targets, 'chosen'), [0, 2, 1]);
    const factors = batchedProduct(graph, reshaped(graph, mixtures, [batch, PROTOTYPES, this.gridSide ** 2]), cells);
    const planes = reshaped(graph, prototypes, [batch, PROTOTYPES, side ** 2]);
    const logits = batchedProduct(graph, swapped(graph, factors), planes);
    const mask = maskedBinaryCrossEntropy(graph, logits, { values: valueOf(targets, 'masks'), weights: valueOf(targets, 'maskWeights') });
    return { total: plus(graph, objects.total, scaled(graph, mask, MASK_WEIGHT)), parts: { ...objects.parts, mask } };
  }

  fillTargets(sample: Sample, placement: Placement, into: Targets): void {
    const { learned } = this.detection.fillTargets(sample, placement, into);
    writeInstanceTargets(sample, placement, { learned, into });
  }

  exported(graph: Graph, outputs: NamedValues): NamedValues {
    return { ...this.detection.exported(graph, outputs), mixtures: valueOf(outputs, 'mixtures'), prototypes: valueOf(outputs, 'prototypes') };
  }

  metrics(): TaskMetrics {
    return new InstanceMetrics(this.facts);
  }
}

/** [N, A, B] to [N, B, A]. */
const swapped = (graph: Graph, input: Value): Value => graph.differentiable(transpose(graph, input, [0, 2, 1]), [input], (gradient) => [transpose(graph, gradient, [0, 2, 1])]);
