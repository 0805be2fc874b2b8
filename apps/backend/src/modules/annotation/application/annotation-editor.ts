import { DomainError, newId } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { AccessPolicy } from '../../../platform/auth/access-policy.js';
import type { Principal } from '../../../platform/auth/principal.js';
import { RequestContext } from '../../../platform/context/request-context.js';
import type { DatasetFacts } from '../../dataset/index.js';
import { AnnotationDocument } from '../domain/annotation-document.js';
import type { DocumentPatch } from '../domain/document-patch.js';
import { annotationAnswer } from './annotation-answer.js';
import { AnnotationReader } from './annotation-reader.js';
import { AnnotationWriter } from './annotation-writer.js';
import type { EditResult, WriteGuard } from './commands/edit-annotations/edit-annotations.command.js';
import { DiceLabelRules } from './dice-label-rules.js';

export interface Edit {
  readonly principal: Principal;
  readonly facts: DatasetFacts;
  readonly number: number;
  readonly patch: DocumentPatch;
  readonly guard: WriteGuard;
  readonly reason?: string;
}

/** Changes of labels on behalf of a person who may. */
@Injectable()
export class AnnotationEditor {
  constructor(
    private readonly writer: AnnotationWriter,
    private readonly reader: AnnotationReader,
  ) {}

  /** Throws `version-conflict` with the current labels, `validation-failed`, `forbidden`, `not-found` or `idempotency-mismatch`. */
  async edit({ principal, facts, number, patch, guard, reason }: Edit): Promise<EditResult> {
    const mayReview = AccessPolicy.mayDataset(principal, 'review', facts);
    const { taskType, multiLabel } = facts;
    const outcome = await this.writer.submit(facts.id, {
      ...{ number, actor: principal.userId, reason, repeat: guard.repeat, correlationId: RequestContext.current()?.correlationId },
      decide: (current, classes) => {
        const { width, height, state } = current;
        if (!guard.ifMatch.includes(state.revision)) {
          const answer = annotationAnswer(current, state, { datasetId: facts.id, taskType, multiLabel, classes });
          throw new DomainError('version-conflict', 'The annotations changed since you loaded them.', { extensions: { current: answer } });
        }
        return new AnnotationDocument(state).apply(patch, { rules: new DiceLabelRules({ taskType, multiLabel, classes, width, height }), mayReview, newId });
      },
    });
    const { labels, classes, repeatOf } = outcome;
    const state = repeatOf === null ? labels.state : await this.reader.stateAt(facts.id, labels, repeatOf);
    return { answer: annotationAnswer(labels, state, { datasetId: facts.id, taskType, multiLabel, classes }), replayed: repeatOf !== null };
  }
}
