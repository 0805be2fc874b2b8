import type { PredictedObject } from '@app/contracts';
import { fitGeometry } from '../../data/fit.js';
import { Placement } from '../../data/placement.js';
import { ringsSpans, spansIou, type Spans } from '../../geometry/mask-spans.js';
import { agreementOf, ClassPrecisions } from '../../metrics/class-precisions.js';
import type { Sample } from '../../samples/sample.js';
import { DetectionMetrics } from '../detection/detection-metrics.js';
import type { RawOutput } from '../output-decoder.js';
import type { ImageOutcome, TaskFacts, TaskMetrics, TaskResult } from '../training-task.js';
import { decodeInstances, foundInstances } from './instance-decoder.js';
import { objectSpans } from './instance-targets.js';

/** From this score on a prediction counts for the quality of one image. */
const SHOWN_SCORE = 0.3;

/** Mask mAP as COCO defines it, of masks in pixels of the network's square: finer than that the network sees nothing. Boxes are measured beside it. */
export class InstanceMetrics implements TaskMetrics {
  private readonly boxes: DetectionMetrics;
  private readonly precisions: ClassPrecisions;
  private readonly classIds: readonly number[];

  constructor(private readonly facts: Pick<TaskFacts, 'classes' | 'imageSide'>) {
    this.boxes = new DetectionMetrics(facts);
    this.classIds = facts.classes.map((one) => one.id);
    this.precisions = new ClassPrecisions(this.classIds);
  }

  add(sample: Sample, outputs: Readonly<Record<string, RawOutput>>): ImageOutcome {
    const fit = fitGeometry(sample.width, sample.height, this.facts.imageSide);
    this.boxes.add(sample, outputs);
    const size = { width: fit.side, height: fit.side };
    const found = foundInstances(outputs, fit).map(({ classIndex, score, rings }) => ({ classIndex, score, spans: ringsSpans(rings, size) }));
    const truths = sample.objects.map((object) => ({ classIndex: object.classIndex, isIgnored: object.isCrowd, spans: objectSpans(object, new Placement(fit, null)) }));
    const similarity = (prediction: { readonly spans: Spans }, truth: { readonly spans: Spans; readonly isIgnored: boolean }): number => spansIou(prediction.spans, truth.spans, truth.isIgnored);
    this.precisions.add(found, truths, similarity);
    return {
      quality: agreementOf(
        found.filter((one) => one.score >= SHOWN_SCORE),
        truths.filter((one) => !one.isIgnored),
        similarity,
      ),
      truth: sample.objects.map((object): Omit<PredictedObject, 'score'> => ({
        class_id: this.classIds[object.classIndex] ?? object.classIndex,
        ...(object.bbox === null ? {} : { bbox: [...object.bbox] }),
        ...(object.polygons === undefined || object.polygons.length === 0 ? {} : { segmentation: object.polygons.map((ring) => [...ring]) }),
      })),
      predicted: decodeInstances(outputs, fit, { classIds: this.classIds, multiLabel: false }),
    };
  }

  result(): TaskResult {
    const { scores, perClass, map } = this.precisions.result();
    const boxes = this.boxes.result().scores;
    return {
      loss: null,
      primary_metric: 'mask_map50_95',
      primaryValue: map ?? 0,
      scores: { mask_map50: scores.map50, mask_map50_95: scores.map50To95, mask_map75: scores.map75, box_map50: boxes['map50'] ?? null, box_map50_95: boxes['map50_95'] ?? null, precision: scores.precision, recall: scores.recall, f1: scores.f1 },
      per_class: perClass,
    };
  }
}
