import type { CnnSmallHyperparameters } from '@app/contracts';
import type { Graph, Value } from '../../autodiff/graph.js';
import { sigmoidBinaryCrossEntropy, softmaxCrossEntropy } from '../../autodiff/losses.js';
import type { AugmentationRange } from '../../data/warp.js';
import { fitGeometry } from '../../data/fit.js';
import { ClassificationMetrics } from '../../metrics/classification-metrics.js';
import { cnnSmall } from '../../network/cnn-small.js';
import type { NetworkBuilder } from '../../network/network-builder.js';
import type { Sample } from '../../samples/sample.js';
import { outputOf, type RawOutput } from '../output-decoder.js';
import { valueOf, type ImageOutcome, type NamedValues, type Targets, type TaskFacts, type TaskLoss, type TaskMetrics, type TaskResult, type TrainingTask } from '../training-task.js';
import type { Placement } from '../../data/placement.js';
import { CLASSIFICATION_AUGMENTATIONS } from './classification-augmentation.js';
import { decodeClassification } from './classification-decoder.js';

/** What an image shows, as one class of several or as any number of labels. */
export class ClassificationTask implements TrainingTask {
  readonly outputFormat = 'classification/1';
  readonly metadata = {};
  readonly augmentation: AugmentationRange | null;
  readonly targetShapes: Readonly<Record<string, readonly number[]>>;
  private readonly classWeights: readonly number[];

  constructor(
    private readonly facts: TaskFacts,
    settings: Pick<CnnSmallHyperparameters, 'augment' | 'class_weights'>,
  ) {
    this.augmentation = CLASSIFICATION_AUGMENTATIONS[settings.augment];
    this.targetShapes = { classes: [facts.classes.length], weights: [1] };
    this.classWeights = settings.class_weights === 'balanced' ? balancedWeights(facts) : facts.classes.map(() => 1);
  }

  outputs(build: NetworkBuilder, images: Value): NamedValues {
    return { logits: cnnSmall(this.facts.imageSide, this.facts.classes.length)(build, images) };
  }

  loss(graph: Graph, outputs: NamedValues, targets: NamedValues): TaskLoss {
    const [logits, classes, weights] = [valueOf(outputs, 'logits'), valueOf(targets, 'classes'), valueOf(targets, 'weights')];
    const total = this.facts.multiLabel ? sigmoidBinaryCrossEntropy(graph, logits, { classes, weights }) : softmaxCrossEntropy(graph, logits, { classes, weights });
    return { total, parts: {} };
  }

  fillTargets(sample: Sample, _placement: Placement, into: Targets): void {
    for (const classIndex of sample.classIndices) into['classes']?.fill(1, classIndex, classIndex + 1);
    into['weights']?.fill(Math.max(...sample.classIndices.map((classIndex) => this.classWeights[classIndex] ?? 1), sample.classIndices.length === 0 ? 1 : 0));
  }

  exported(graph: Graph, outputs: NamedValues): NamedValues {
    const logits = valueOf(outputs, 'logits');
    return { probabilities: this.facts.multiLabel ? graph.node('Sigmoid', [logits], logits.shape) : graph.node('Softmax', [logits], logits.shape, { axis: 1 }) };
  }

  metrics(): TaskMetrics {
    return new ClassificationPass(this.facts);
  }
}

class ClassificationPass implements TaskMetrics {
  private readonly metrics: ClassificationMetrics;

  constructor(private readonly facts: TaskFacts) {
    this.metrics = new ClassificationMetrics(facts.classes.length, facts.multiLabel);
  }

  add(sample: Sample, outputs: Readonly<Record<string, RawOutput>>): ImageOutcome {
    const { classes, multiLabel, imageSide } = this.facts;
    const probabilities = outputOf(outputs, 'probabilities').data;
    this.metrics.add(probabilities, sample.classIndices);
    const classIds = classes.map((one) => one.id);
    return {
      quality: qualityOf(probabilities, sample.classIndices, multiLabel),
      truth: sample.classIndices.map((index) => ({ class_id: classIds[index] ?? index })),
      predicted: decodeClassification(outputs, fitGeometry(sample.width, sample.height, imageSide), { classIds, multiLabel }),
    };
  }

  result(): TaskResult {
    const { loss, primaryMetric, primaryValue, scores, confusionMatrix, perClass } = this.metrics.result();
    return {
      loss,
      primary_metric: primaryMetric,
      primaryValue,
      scores: { ...scores },
      ...(confusionMatrix === null ? {} : { confusion_matrix: confusionMatrix.map((row) => [...row]) }),
      per_class: perClass.map((score, index) => ({ class_id: this.facts.classes[index]?.id ?? index, ...score })),
    };
  }
}

/** How much the model believes in the truth: the probability of the class, or the mean over labels of the probability of what is so. */
function qualityOf(probabilities: Float32Array, truth: readonly number[], multiLabel: boolean): number {
  const belief = multiLabel
    ? probabilities.reduce((sum, probability, index) => sum + (truth.includes(index) ? probability : 1 - probability), 0) / probabilities.length
    : (probabilities[truth[0] ?? -1] ?? 0);
  return Number.isFinite(belief) ? Math.min(1, Math.max(0, belief)) : 0;
}

/** Rare classes count more, so that each class has the same weight in all; the mean weight of an image is 1. */
function balancedWeights({ imagesOfClass, trainImages }: TaskFacts): number[] {
  const present = imagesOfClass.filter((count) => count > 0).length;
  return imagesOfClass.map((count) => (count === 0 ? 1 : trainImages / (present * count)));
}

