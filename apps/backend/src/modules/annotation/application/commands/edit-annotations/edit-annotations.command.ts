import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { DocumentPatch } from '../../../domain/document-patch.js';
import type { AnnotationAnswer } from '../../annotation-answer.js';

/** How a client guards a write: what it has seen, and by which key a repeat is known. */
export interface WriteGuard {
  /** Revisions; the write is for one of them or not at all. */
  readonly ifMatch: readonly number[];
  readonly repeat?: { readonly key: string; readonly requestHash: string };
}

export interface EditResult {
  readonly answer: AnnotationAnswer;
  /** It was done before, under the same key. */
  readonly replayed: boolean;
}

/** Changes the labels of one image. */
export class EditAnnotationsCommand extends Command<EditResult> {
  constructor(
    readonly principal: Principal,
    readonly image: { readonly datasetId: string; readonly number: number },
    readonly patch: DocumentPatch,
    readonly guard: WriteGuard,
  ) {
    super();
  }
}
