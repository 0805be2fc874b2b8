import { DomainError, newId } from '@app/kernel';
import { currentTraceparent } from '@app/observability';
import { Injectable } from '@nestjs/common';
import { AccessPolicy, type DatasetAction } from '../../../platform/auth/access-policy.js';
import type { Principal } from '../../../platform/auth/principal.js';
import { RequestContext } from '../../../platform/context/request-context.js';
import { AnnotationDocument } from '../domain/annotation-document.js';
import type { DocumentPatch } from '../domain/document-patch.js';
import { annotationAnswer } from './annotation-answer.js';
import { AnnotationReader } from './annotation-reader.js';
import { AnnotationWriter } from './annotation-writer.js';
import type { EditResult, WriteGuard } from './commands/edit-annotations/edit-annotations.command.js';
import { DiceLabelRules } from './dice-label-rules.js';
import type { WriteOutcome, WriteRequest } from './write-request.js';

export interface Edit {
  readonly principal: Principal;
  /** What the principal must be allowed in the dataset. */
  readonly action: DatasetAction;
  readonly datasetId: string;
  readonly number: number;
  readonly patch: DocumentPatch;
  readonly guard: WriteGuard;
  readonly reason?: string;
}

/** Changes of labels on behalf of a person, if they may. */
@Injectable()
export class AnnotationEditor {
  constructor(
    private readonly writer: AnnotationWriter,
    private readonly reader: AnnotationReader,
  ) {}

  /**
   * Throws `not-found`, `forbidden`, `insufficient-scope`, `state-conflict` with the progress while labels are being read, `version-conflict` with the current
   * labels, `validation-failed` or `idempotency-mismatch`.
   */
  async edit(edit: Edit): Promise<EditResult> {
    const { datasetId } = edit;
    const { labels, classes, target, repeatOf } = await this.write(edit);
    const state = repeatOf === null ? labels.state : await this.reader.stateAt(datasetId, labels, repeatOf);
    return { answer: annotationAnswer(labels, state, { datasetId, taskType: target.taskType, multiLabel: target.multiLabel, classes }), replayed: repeatOf !== null };
  }

  private async write({ principal, action, datasetId, number, patch, guard, reason }: Edit): Promise<WriteOutcome> {
    let loading = false;
    const request: WriteRequest = {
      ...{ number, actor: principal.userId, reason, repeat: guard.repeat, correlationId: RequestContext.current()?.correlationId, traceparent: currentTraceparent() },
      permit: (target) => {
        AccessPolicy.assertDataset(principal, action, target);
        loading = !target.labelsLoaded;
      },
      decide: (current, classes, target) => {
        const { taskType, multiLabel } = target;
        const { width, height, state } = current;
        if (!guard.ifMatch.includes(state.revision)) {
          const answer = annotationAnswer(current, state, { datasetId, taskType, multiLabel, classes });
          throw new DomainError('version-conflict', 'The annotations changed since you loaded them.', { extensions: { current: answer } });
        }
        const mayReview = AccessPolicy.mayDataset(principal, 'review', target);
        return new AnnotationDocument(state).apply(patch, { rules: new DiceLabelRules({ taskType, multiLabel, classes, width, height }), mayReview, newId });
      },
    };
    try {
      return await this.writer.submit(datasetId, request);
    } catch (error) {
      if (loading) await this.reader.refuseLoading(datasetId);
      throw error;
    }
  }
}
