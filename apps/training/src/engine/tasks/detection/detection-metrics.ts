import { fitGeometry } from '../../data/fit.js';
import { AveragePrecision } from '../../metrics/average-precision.js';
import type { LabeledObject, Sample } from '../../samples/sample.js';
import type { DecodeOutputs, RawOutput } from '../output-decoder.js';
import type { ImageOutcome, TaskFacts, TaskMetrics, TaskResult } from '../training-task.js';
import { boxIou, type XywhBox } from './boxes.js';
import { decodeCenters } from './centers-decoder.js';

/** From this score on a prediction counts for the quality of one image. */
const SHOWN_SCORE = 0.3;

interface Placed {
  readonly classIndex: number;
  readonly bbox: XywhBox;
}

const mean = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};

/** mAP as COCO defines it, and precision, recall and F1 of each class at the score that gives its best F1. */
export class DetectionMetrics implements TaskMetrics {
  private readonly classes: readonly AveragePrecision[];
  private readonly classIds: readonly number[];

  /** `decode`: of a model from elsewhere, whose outputs are in another format. */
  constructor(
    private readonly facts: Pick<TaskFacts, 'classes' | 'imageSide'>,
    private readonly decode: DecodeOutputs = decodeCenters,
  ) {
    this.classes = facts.classes.map(() => new AveragePrecision());
    this.classIds = facts.classes.map((one) => one.id);
  }

  add(sample: Sample, outputs: Readonly<Record<string, RawOutput>>): ImageOutcome {
    const predicted = this.decode(outputs, fitGeometry(sample.width, sample.height, this.facts.imageSide), { classIds: this.classIds, multiLabel: false });
    const found = predicted.map((one) => ({ classIndex: this.classIds.indexOf(one.class_id), score: one.score, bbox: xywh(one.bbox) }));
    const truths = sample.objects.flatMap((one): (Placed & Pick<LabeledObject, 'isCrowd'>)[] => (one.bbox === null ? [] : [{ ...one, bbox: one.bbox }]));
    this.classes.forEach((precision, classIndex) => {
      const [own, actual] = [found.filter((one) => one.classIndex === classIndex), truths.filter((one) => one.classIndex === classIndex)];
      const similarity = (prediction: number, truth: number): number => iouOf(own[prediction], actual[truth]);
      precision.add({ scores: own.map((one) => one.score), ignored: actual.map((one) => one.isCrowd), similarity });
    });
    const counted = truths.filter((one) => !one.isCrowd);
    return {
      quality: qualityOf(found.filter((one) => one.score >= SHOWN_SCORE), counted),
      truth: truths.map((one) => ({ class_id: this.classIds[one.classIndex] ?? one.classIndex, bbox: [...one.bbox] })),
      predicted,
    };
  }

  result(): TaskResult {
    const results = this.classes.map((one) => ({ ...one.result(), best: one.bestF1() }));
    const map50 = mean(results.map((one) => one.ap50));
    const map = mean(results.map((one) => one.ap50To95));
    const perClass = results.map(({ ap50, ap50To95, support, best }, index) => {
      const nothing = support === 0 ? null : 0;
      const { precision = null, recall = nothing, f1 = nothing } = best ?? {};
      return { class_id: this.classIds[index] ?? index, precision, recall, f1, support, ap50, ap50_95: ap50To95 };
    });
    const average = (of: 'precision' | 'recall' | 'f1'): number | null => mean(perClass.map((one) => one[of]));
    return {
      loss: null,
      primary_metric: 'map50_95',
      primaryValue: map ?? 0,
      scores: { map50, map50_95: map, map75: mean(results.map((one) => one.ap75)), precision: average('precision'), recall: average('recall'), f1: average('f1') },
      per_class: perClass,
    };
  }
}

function xywh(box: readonly number[] | undefined): XywhBox {
  const [x = 0, y = 0, width = 0, height = 0] = box ?? [];
  return [x, y, width, height];
}

function iouOf(prediction: { readonly bbox: XywhBox } | undefined, truth: { readonly bbox: XywhBox; readonly isCrowd: boolean } | undefined): number {
  return prediction === undefined || truth === undefined ? 0 : boxIou(prediction.bbox, truth.bbox, truth.isCrowd);
}

/** An F1 in which a match counts by its IoU: the surest choose first. 1 where there is nothing and nothing is seen. */
function qualityOf(found: readonly Placed[], truths: readonly Placed[]): number {
  if (found.length + truths.length === 0) return 1;
  const free = new Set(truths);
  let agreement = 0;
  for (const one of found) {
    let best: { readonly truth: Placed; readonly iou: number } | null = null;
    for (const truth of free) {
      const iou = truth.classIndex === one.classIndex ? boxIou(one.bbox, truth.bbox) : 0;
      if (iou >= 0.5 && iou > (best?.iou ?? 0)) best = { truth, iou };
    }
    if (best === null) continue;
    free.delete(best.truth);
    agreement += best.iou;
  }
  return (2 * agreement) / (found.length + truths.length);
}
