import type { KeypointsSmallHyperparameters } from '@app/contracts';
import { add, multiply } from '../../autodiff/arithmetic.js';
import { plus } from '../../autodiff/elementwise.js';
import type { Graph, Value } from '../../autodiff/graph.js';
import { scaled } from '../../autodiff/layers-dense.js';
import { maskedBinaryCrossEntropy, maskedL1 } from '../../autodiff/losses-dense.js';
import type { Placement } from '../../data/placement.js';
import type { AugmentationRange } from '../../data/warp.js';
import type { NetworkBuilder } from '../../network/network-builder.js';
import type { Sample } from '../../samples/sample.js';
import { centersSmall, GRID_STRIDE } from '../detection/centers-small.js';
import { DetectionTask } from '../detection/detection-task.js';
import { valueOf, type NamedValues, type Targets, type TaskFacts, type TaskLoss, type TaskMetrics, type TrainingTask } from '../training-task.js';
import { KeypointMetrics } from './keypoint-metrics.js';
import { writeKeypointTargets } from './keypoint-targets.js';
import { canMirror, skeletonsOf, type Skeletons } from './skeletons.js';

/** What the places of points, and whether they are shown, count beside the heat of the middle. Places are in eighths of the square: a tenth is an error to be seen. */
const PLACE_WEIGHT = 10;
const SHOWN_WEIGHT = 0.5;

/** Objects with boxes and the points of their class. */
export class KeypointsTask implements TrainingTask {
  readonly outputFormat = 'keypoints/1';
  readonly metadata: Readonly<Record<string, string>>;
  readonly augmentation: AugmentationRange | null;
  readonly targetShapes: Readonly<Record<string, readonly number[]>>;
  private readonly detection: DetectionTask;
  private readonly skeletons: Skeletons;
  private readonly gridSide: number;

  constructor(
    private readonly facts: TaskFacts,
    settings: Pick<KeypointsSmallHyperparameters, 'augment'>,
  ) {
    this.detection = new DetectionTask(facts, settings);
    this.skeletons = skeletonsOf(facts.classes.map((one) => one.keypoints ?? []));
    this.augmentation = mirroring(this.detection.augmentation, canMirror(this.skeletons));
    this.metadata = { keypoint_counts: JSON.stringify(this.skeletons.counts), keypoint_names: JSON.stringify(facts.classes.map((one) => one.keypoints ?? [])) };
    this.gridSide = facts.imageSide / GRID_STRIDE;
    const { points } = this.skeletons;
    const planes = (count: number): number[] => [count, this.gridSide, this.gridSide];
    this.targetShapes = { ...this.detection.targetShapes, points: planes(2 * points), pointWeights: planes(2 * points), shown: planes(points), shownWeights: planes(points) };
  }

  outputs(build: NetworkBuilder, images: Value): NamedValues {
    const { heat, boxes, shared } = centersSmall(build, images, this.facts.classes.length);
    const neck = build.convBlock('points-neck', shared, { filters: 48, kernel: 3, stride: 1 });
    const points = build.headLayer('points', neck, 2 * this.skeletons.points, { deviation: 0.02, start: 0 });
    return { heat, distances: this.detection.distances(build.graph, boxes), points, shown: build.headLayer('shown', neck, this.skeletons.points, { deviation: 0.02, start: 0 }) };
  }

  loss(graph: Graph, outputs: NamedValues, targets: NamedValues): TaskLoss {
    const objects = this.detection.loss(graph, outputs, targets);
    const place = maskedL1(graph, valueOf(outputs, 'points'), { values: valueOf(targets, 'points'), weights: valueOf(targets, 'pointWeights') });
    const shown = maskedBinaryCrossEntropy(graph, valueOf(outputs, 'shown'), { values: valueOf(targets, 'shown'), weights: valueOf(targets, 'shownWeights') });
    const total = plus(graph, objects.total, plus(graph, scaled(graph, place, PLACE_WEIGHT), scaled(graph, shown, SHOWN_WEIGHT)));
    return { total, parts: { ...objects.parts, place, shown } };
  }

  fillTargets(sample: Sample, placement: Placement, into: Targets): void {
    const { learned } = this.detection.fillTargets(sample, placement, into);
    writeKeypointTargets(sample, placement, { learned, skeletons: this.skeletons, into });
  }

  /** Points as x, y in pixels of the square. */
  exported(graph: Graph, outputs: NamedValues): NamedValues {
    const [points, shown] = [valueOf(outputs, 'points'), valueOf(outputs, 'shown')];
    const cells = this.gridSide ** 2;
    const middle = (at: number): number => GRID_STRIDE * (0.5 + (Math.floor(at / cells) % 2 === 0 ? at % this.gridSide : Math.floor((at % cells) / this.gridSide)));
    const channels = 2 * this.skeletons.points;
    const middles = graph.matrix('point-middles', [1, channels, this.gridSide, this.gridSide], Float32Array.from({ length: channels * cells }, (_, at) => middle(at)));
    const places = add(graph, middles, multiply(graph, points, graph.scalar(this.facts.imageSide / 8)));
    return { ...this.detection.exported(graph, outputs), points: places, shown: graph.node('Sigmoid', [shown], shown.shape) };
  }

  metrics(): TaskMetrics {
    return new KeypointMetrics(this.facts, this.skeletons);
  }
}

function mirroring(range: AugmentationRange | null, isAllowed: boolean): AugmentationRange | null {
  if (range === null || range.colours === null || isAllowed) return range;
  return { ...range, colours: { ...range.colours, flip: false } };
}
