import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { SnapshotRepository } from '../../../domain/snapshot.repository.port.js';
import type { SnapshotTotals } from '../../../domain/snapshot.state.js';
import { SnapshotSource } from '../../ports/snapshot-source.port.js';
import { CountLabelsCommand } from './count-labels.command.js';

@CommandHandler(CountLabelsCommand)
export class CountLabelsHandler implements ICommandHandler<CountLabelsCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly snapshots: SnapshotRepository,
    private readonly source: SnapshotSource,
  ) {}

  async execute({ datasetId }: CountLabelsCommand): Promise<void> {
    for (const id of await this.unitOfWork.run(() => this.snapshots.uncounted(datasetId))) {
      const totals = await this.totalsOf(id);
      if (totals !== null) await this.unitOfWork.run(() => this.keep(id, totals));
    }
  }

  /** Of the version's own position: the dataset may have gone on. */
  private async totalsOf(id: string): Promise<SnapshotTotals | null> {
    const snapshot = await this.unitOfWork.run(() => this.snapshots.findForUpdate(id));
    const content = snapshot === null ? null : await this.source.open(snapshot.state);
    try {
      return content === null ? null : (await content.content()).totals;
    } finally {
      await content?.close();
    }
  }

  private async keep(id: string, totals: SnapshotTotals): Promise<void> {
    const snapshot = await this.snapshots.findForUpdate(id);
    if (snapshot === null) return;
    snapshot.countLabels(totals);
    await this.snapshots.save(snapshot);
  }
}
