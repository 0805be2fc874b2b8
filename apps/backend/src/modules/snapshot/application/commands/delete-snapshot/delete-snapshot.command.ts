import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';

/** Removes a version, or (`keepManifest`) only its zip, which can be made again. */
export class DeleteSnapshotCommand extends Command<void> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly version: number,
    readonly options: { readonly keepManifest: boolean },
  ) {
    super();
  }
}
