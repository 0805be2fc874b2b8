import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';

export class AbortDirectUploadCommand extends Command<void> {
  constructor(
    readonly principal: Principal,
    readonly uploadId: string,
  ) {
    super();
  }
}
