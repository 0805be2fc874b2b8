import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { SnapshotState } from '../../../domain/snapshot.state.js';

export type SnapshotChange =
  | { readonly kind: 'describe'; readonly note?: string | null; readonly tag?: string | null }
  /** The zip is wanted; read permission is enough. */
  | { readonly kind: 'want-zip' }
  | { readonly kind: 'cancel-zip' };

export class ChangeSnapshotCommand extends Command<Readonly<SnapshotState>> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly version: number,
    readonly change: SnapshotChange,
  ) {
    super();
  }
}
