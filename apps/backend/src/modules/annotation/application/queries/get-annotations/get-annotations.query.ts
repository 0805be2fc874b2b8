import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { AnnotationAnswer } from '../../annotation-answer.js';

/** The labels of one image, now or at an earlier revision. */
export class GetAnnotationsQuery extends Query<AnnotationAnswer> {
  constructor(
    readonly principal: Principal,
    readonly image: { readonly datasetId: string; readonly number: number },
    readonly revision: number | undefined,
  ) {
    super();
  }
}
