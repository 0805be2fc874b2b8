import type { PredictedObject } from '@app/contracts';
import { fitGeometry } from '../../data/fit.js';
import { agreementOf, ClassPrecisions } from '../../metrics/class-precisions.js';
import { keypointSimilarity, pointsWithin } from '../../metrics/keypoint-similarity.js';
import type { LabeledObject, Sample } from '../../samples/sample.js';
import { DetectionMetrics } from '../detection/detection-metrics.js';
import type { RawOutput } from '../output-decoder.js';
import type { ImageOutcome, TaskFacts, TaskMetrics, TaskResult } from '../training-task.js';
import { foundKeypoints } from './keypoints-decoder.js';
import type { Skeletons } from './skeletons.js';

const SHOWN_SCORE = 0.3;
/** PCK counts points within this part of the object's scale. */
const NEAR = 0.1;
/** COCO takes the area of the mask, which is about so much of the box: the factor that xtcocotools and Ultralytics take for objects without a mask. */
const MASK_OF_BOX = 0.53;

interface PosedObject {
  readonly classIndex: number;
  readonly keypoints: readonly number[];
}

interface PosedTruth extends PosedObject {
  readonly isIgnored: boolean;
  readonly area: number;
}

/** Mean average precision by object keypoint similarity (COCO), and the part of points that lie near. Objects without a marked point are ignored, as COCO does. */
export class KeypointMetrics implements TaskMetrics {
  private readonly boxes: DetectionMetrics;
  private readonly precisions: ClassPrecisions;
  private readonly classIds: readonly number[];
  private near = 0;
  private known = 0;

  constructor(
    private readonly facts: Pick<TaskFacts, 'classes' | 'imageSide'>,
    private readonly skeletons: Skeletons,
  ) {
    this.boxes = new DetectionMetrics(facts);
    this.classIds = facts.classes.map((one) => one.id);
    this.precisions = new ClassPrecisions(this.classIds);
  }

  add(sample: Sample, outputs: Readonly<Record<string, RawOutput>>): ImageOutcome {
    this.boxes.add(sample, outputs);
    const found = foundKeypoints(outputs, fitGeometry(sample.width, sample.height, this.facts.imageSide), this.skeletons.counts);
    const truths = sample.objects.map(truthOf);
    this.precisions.add(found, truths, similarityOf);
    this.countNear(found, truths);
    return {
      quality: agreementOf(
        found.filter((one) => one.score >= SHOWN_SCORE),
        truths.filter((one) => !one.isIgnored),
        similarityOf,
      ),
      truth: sample.objects.map((one): Omit<PredictedObject, 'score'> => ({
        class_id: this.classIds[one.classIndex] ?? one.classIndex,
        ...(one.bbox === null ? {} : { bbox: [...one.bbox] }),
        ...(one.keypoints === undefined ? {} : { keypoints: [...one.keypoints] }),
      })),
      predicted: found.map(({ classIndex, score, box, keypoints }): PredictedObject => ({
        class_id: this.classIds[classIndex] ?? classIndex,
        score,
        bbox: [...box],
        ...(keypoints.length === 0 ? {} : { keypoints: [...keypoints] }),
      })),
    };
  }

  result(): TaskResult {
    const { scores, perClass, map } = this.precisions.result();
    const boxes = this.boxes.result().scores;
    return {
      loss: null,
      primary_metric: 'oks_map50_95',
      primaryValue: map ?? 0,
      scores: {
        oks_map50: scores.map50,
        oks_map50_95: scores.map50To95,
        oks_map75: scores.map75,
        pck: this.known === 0 ? null : this.near / this.known,
        box_map50: boxes['map50'] ?? null,
        box_map50_95: boxes['map50_95'] ?? null,
        precision: scores.precision,
        recall: scores.recall,
        f1: scores.f1,
      },
      per_class: perClass,
    };
  }

  /** Of each truth the most similar object that is shown; the points of one that is not found are far. */
  private countNear(found: readonly (PosedObject & { readonly score: number })[], truths: readonly PosedTruth[]): void {
    for (const truth of truths.filter((one) => !one.isIgnored)) {
      const candidates = found.filter((one) => one.score >= SHOWN_SCORE && one.classIndex === truth.classIndex);
      const best = candidates.map((one) => ({ one, alike: similarityOf(one, truth) })).sort((a, b) => b.alike - a.alike)[0];
      const { hit, known } = pointsWithin(best?.one.keypoints ?? [], truth, NEAR);
      this.known += known;
      if (best !== undefined) this.near += hit;
    }
  }
}

const similarityOf = (found: PosedObject, truth: PosedTruth): number => keypointSimilarity(found.keypoints, truth);

function truthOf({ classIndex, keypoints = [], bbox, isCrowd }: LabeledObject): PosedTruth {
  const isMarked = keypoints.some((value, at) => at % 3 === 2 && value > 0);
  return { classIndex, keypoints, isIgnored: isCrowd || !isMarked, area: bbox === null ? 0 : MASK_OF_BOX * bbox[2] * bbox[3] };
}
