import { Command } from '@nestjs/cqrs';

/** Makes the zip and the manifest of a version. May be repeated after a crash at any point. */
export class BuildSnapshotCommand extends Command<void> {
  constructor(readonly snapshotId: string) {
    super();
  }
}
