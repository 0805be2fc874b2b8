import type { CentersSmallHyperparameters } from '@app/contracts';
import { add, multiply } from '../../autodiff/arithmetic.js';
import { clipped, exponential, plus } from '../../autodiff/elementwise.js';
import type { Graph, Value } from '../../autodiff/graph.js';
import { scaled } from '../../autodiff/layers-dense.js';
import { boxLoss, heatFocalLoss } from '../../autodiff/losses-detection.js';
import type { Placement } from '../../data/placement.js';
import type { AugmentationRange } from '../../data/warp.js';
import type { NetworkBuilder } from '../../network/network-builder.js';
import type { Sample } from '../../samples/sample.js';
import { valueOf, type NamedValues, type Targets, type TaskFacts, type TaskLoss, type TaskMetrics, type TrainingTask } from '../training-task.js';
import { writeCenterTargets, type SeenObjects } from './center-targets.js';
import { centersSmall, GRID_STRIDE } from './centers-small.js';
import { DetectionMetrics } from './detection-metrics.js';

const AUGMENTATIONS: Readonly<Record<CentersSmallHyperparameters['augment'], AugmentationRange | null>> = {
  none: null,
  light: { turnRadians: 0, shift: 0.1, scales: [0.8, 1.25], colours: { flip: true, gain: [0.9, 1.1], lift: [-10, 10] } },
  standard: { turnRadians: 0, shift: 0.2, scales: [0.6, 1.6], colours: { flip: true, gain: [0.7, 1.3], lift: [-25, 25], tint: [0.9, 1.1] } },
};

/** What a box counts beside the heat of its middle. */
const BOX_WEIGHT = 2;
/** What the network says of a distance is its logarithm in cells, 0 being an eighth of the square; beyond these limits nothing lies in it. */
const DISTANCE_LIMITS = { least: -6, most: 3 };

/** Boxes around objects: a map of their middles and the distances to their sides, told of each cell of a grid. */
export class DetectionTask implements TrainingTask {
  readonly outputFormat = 'centers/1';
  readonly metadata = {};
  readonly augmentation: AugmentationRange | null;
  readonly targetShapes: Readonly<Record<string, readonly number[]>>;
  private readonly gridSide: number;

  constructor(
    private readonly facts: TaskFacts,
    settings: Pick<CentersSmallHyperparameters, 'augment'>,
  ) {
    this.augmentation = AUGMENTATIONS[settings.augment];
    this.gridSide = facts.imageSide / GRID_STRIDE;
    const plane = [this.gridSide, this.gridSide];
    this.targetShapes = { positives: [facts.classes.length, ...plane], negatives: [facts.classes.length, ...plane], distances: [4, ...plane], weights: [1, ...plane] };
  }

  outputs(build: NetworkBuilder, images: Value): NamedValues {
    const { heat, boxes } = centersSmall(build, images, this.facts.classes.length);
    return { heat, distances: this.distances(build.graph, boxes) };
  }

  /** In cells of the grid, from what the network says of boxes. */
  distances(graph: Graph, boxes: Value): Value {
    return scaled(graph, exponential(graph, clipped(graph, boxes, DISTANCE_LIMITS)), this.gridSide / 8);
  }

  loss(graph: Graph, outputs: NamedValues, targets: NamedValues): TaskLoss {
    const heat = heatFocalLoss(graph, valueOf(outputs, 'heat'), { positives: valueOf(targets, 'positives'), negatives: valueOf(targets, 'negatives') });
    const box = boxLoss(graph, valueOf(outputs, 'distances'), { distances: valueOf(targets, 'distances'), weights: valueOf(targets, 'weights') });
    return { total: plus(graph, heat, scaled(graph, box, BOX_WEIGHT)), parts: { heat, box } };
  }

  fillTargets(sample: Sample, placement: Placement, into: Targets): SeenObjects {
    return writeCenterTargets(sample, placement, into);
  }

  /** Boxes as left, top, right, bottom in pixels of the square. */
  exported(graph: Graph, outputs: NamedValues): NamedValues {
    const [heat, distances] = [valueOf(outputs, 'heat'), valueOf(outputs, 'distances')];
    const cells = this.gridSide * this.gridSide;
    const middle = (at: number): number => GRID_STRIDE * (0.5 + (Math.floor(at / cells) % 2 === 0 ? at % this.gridSide : Math.floor((at % cells) / this.gridSide)));
    const middles = graph.matrix('middles', [1, 4, this.gridSide, this.gridSide], Float32Array.from({ length: 4 * cells }, (_, at) => middle(at)));
    const directions = graph.matrix('directions', [1, 4, 1, 1], Float32Array.of(-GRID_STRIDE, -GRID_STRIDE, GRID_STRIDE, GRID_STRIDE));
    return { heat: graph.node('Sigmoid', [heat], heat.shape), boxes: add(graph, middles, multiply(graph, distances, directions)) };
  }

  metrics(): TaskMetrics {
    return new DetectionMetrics(this.facts);
  }
}
