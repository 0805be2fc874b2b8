import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { EditResult, WriteGuard } from '../edit-annotations/edit-annotations.command.js';

/** Makes an earlier revision of one image's labels the newest again, as a new revision. */
export class RestoreAnnotationsCommand extends Command<EditResult> {
  constructor(
    readonly principal: Principal,
    readonly image: { readonly datasetId: string; readonly number: number },
    readonly revision: number,
    readonly guard: WriteGuard,
  ) {
    super();
  }
}
