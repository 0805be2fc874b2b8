import { imagePredictionSchema, type ImagePrediction, type PredictedObject } from '@app/contracts';
import { Clock, DomainError, newId } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { ProposedLabels, type ProposalTarget, type ProposedObject } from '../../annotation/index.js';
import type { ModelRun } from '../domain/model-run.js';
import { ModelFiles } from './ports/model-files.port.js';
import { RunStore } from './ports/run-store.port.js';
import { isRejectedBefore } from '../domain/rejected-before.js';
import type { Comparable } from '../domain/same-thing.js';
import { SuggestionStore, type ImageProposal, type ImageSize, type Suggestion } from './ports/suggestion-store.port.js';
import { RUN_LEASE_SECONDS } from './run-lease.js';

const BATCH = 200;
/** What a person can look through; a model that says more of one image is wrong. */
export const MOST_SUGGESTIONS = 300;

interface Tally {
  looked: number;
  dropped: number;
  rejectedBefore: number;
}

interface Look {
  readonly size: ImageSize;
  /** On the pixels that were looked at. */
  readonly rejected: readonly Comparable[];
  readonly target: ProposalTarget;
  readonly tally: Tally;
}

/** Takes in what a model said, line by line, and keeps of it what could be labels. Repeated, it gives the same. */
@Injectable()
export class ProposalIntake {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly files: ModelFiles,
    private readonly runs: RunStore,
    private readonly suggestions: SuggestionStore,
    private readonly labels: ProposedLabels,
    private readonly clock: Clock,
  ) {}

  /** Throws `validation-failed` for lines that are no predictions. */
  async take(run: ModelRun, signal: AbortSignal): Promise<void> {
    if (run.predictions === null) throw new DomainError('validation-failed', 'The run has no predictions.');
    const target = await this.labels.target(run.datasetId);
    const tally: Tally = { looked: 0, dropped: 0, rejectedBefore: 0 };
    let batch: ImagePrediction[] = [];
    for await (const line of this.files.readLines(run.predictions, signal)) {
      batch.push(predictionOf(line, tally.looked + batch.length + 1));
      if (batch.length < BATCH) continue;
      await this.store(run, batch, { target, tally });
      batch = [];
    }
    await this.store(run, batch, { target, tally });
    await this.unitOfWork.run(async () => {
      await this.runs.moveOn(run.id, 'storing', { stage: 'done', progress: tally.looked, dropped: tally.dropped, rejectedBefore: tally.rejectedBefore, suggestions: await this.suggestions.countOf(run.id), finishedAt: this.clock.now() });
    });
  }

  private async store(run: ModelRun, batch: readonly ImagePrediction[], { target, tally }: { readonly target: ProposalTarget; readonly tally: Tally }): Promise<void> {
    if (batch.length === 0) return;
    await this.unitOfWork.run(async () => {
      // Those that were removed meanwhile are passed over.
      const numbers = batch.map((one) => one.image_id);
      const sizes = new Map((await this.suggestions.sizes(run.datasetId, numbers)).map((one) => [one.number, one]));
      const rejected = await this.suggestions.rejected(run.datasetId, numbers);
      const proposals = batch.flatMap((prediction): ImageProposal[] => {
        const size = sizes.get(prediction.image_id);
        return size === undefined ? [] : [this.proposalOf(run, prediction, { size, rejected: rejected.get(size.number) ?? [], target, tally })];
      });
      await this.suggestions.replace(run, proposals);
      await this.runs.beat(run.id, RUN_LEASE_SECONDS, tally.looked + batch.length);
    });
    tally.looked += batch.length;
  }

  private proposalOf(run: ModelRun, prediction: ImagePrediction, look: Look): ImageProposal {
    const { size, target } = look;
    const isOne = target.taskType === 'image_classification' && !target.multiLabel;
    const wanted = prediction.objects.filter((one) => one.score >= run.minScore);
    const suggestions: Suggestion[] = [];
    let room = isOne ? 1 : MOST_SUGGESTIONS;
    for (const object of wanted) {
      if (room === 0) break;
      const id = newId();
      const body = this.accepted(object, run, { ...look, id });
      // What a person said no to leaves its place to the next.
      if (body === 'rejected') continue;
      room -= 1;
      if (body !== null) suggestions.push({ id, datasetId: run.datasetId, number: size.number, runId: run.id, modelId: run.modelId, classId: object.class_id, score: object.score, body });
    }
    return { number: size.number, uncertainty: prediction.uncertainty, suggestions };
  }

  /** The object as it would be stored; null where it could be no label. */
  private accepted(object: PredictedObject, run: ModelRun, { id, size, rejected, target, tally }: Look & { readonly id: string }): ProposedObject | 'rejected' | null {
    const body = this.labels.checked(bodyOf(object, run), { id, size }, target);
    if (body === null) {
      tally.dropped += 1;
      return null;
    }
    if (!isRejectedBefore(body, rejected)) return body;
    tally.rejectedBefore += 1;
    return 'rejected';
  }
}

function predictionOf(line: string, at: number): ImagePrediction {
  const parsed = imagePredictionSchema.safeParse(jsonOf(line));
  if (!parsed.success) throw new DomainError('validation-failed', `Line ${at} of the predictions is none: ${parsed.error.issues[0]?.message ?? ''}`);
  return parsed.data;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The body of a label object that remembers which model said it, and how surely. */
function bodyOf({ class_id, score, bbox, segmentation, keypoints, counts }: PredictedObject, run: ModelRun): Record<string, unknown> {
  return {
    ...{ class_id, score, model: run.modelId },
    ...(bbox === undefined || segmentation !== undefined ? {} : { bbox }),
    ...(segmentation === undefined ? {} : { segmentation }),
    ...(keypoints === undefined ? {} : { keypoints }),
    ...(counts === undefined ? {} : { counts }),
  };
}
