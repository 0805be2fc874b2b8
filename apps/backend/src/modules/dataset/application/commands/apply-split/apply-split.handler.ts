import { isDeepStrictEqual } from 'node:util';
import { writeSplitConfig, type SplitConfig } from '@app/dice-format';
import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { DatasetAccess } from '../../dataset-access.js';
import type { ChangeTarget } from '../../image-changes.js';
import { DatasetChangeLog } from '../../ports/dataset-change-log.port.js';
import { SplitStore, type StoredSplit } from '../../ports/split-store.port.js';
import { plannedAnswer, splitAnswer, type PlannedSplitAnswer } from '../../split-answer.js';
import { SplitPlanner, type PlannedSide, type SplitPlan } from '../../split-planner.js';
import { ApplySplitCommand } from './apply-split.command.js';

/** Images in one statement. */
const BATCH = 5_000;

@CommandHandler(ApplySplitCommand)
export class ApplySplitHandler implements ICommandHandler<ApplySplitCommand> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly unitOfWork: UnitOfWork,
    private readonly changeLog: DatasetChangeLog,
    private readonly store: SplitStore,
    private readonly planner: SplitPlanner,
  ) {}

  async execute({ principal, datasetId, ifMatch, config }: ApplySplitCommand): Promise<PlannedSplitAnswer> {
    await this.access.check(principal, datasetId, 'manage');
    return this.unitOfWork.run(async () => {
      await this.changeLog.lock(datasetId);
      const stored = await this.store.find(datasetId);
      if (stored === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
      if (!ifMatch.includes(stored.revision)) {
        throw new DomainError('version-conflict', 'The split changed since you loaded it.', { extensions: { current: splitAnswer(stored, await this.store.tally(datasetId)) } });
      }
      const plan = await this.planner.plan(datasetId, stored, config);
      return plannedAnswer(await this.write({ datasetId, actor: principal.userId }, { stored, config, plan }), plan);
    });
  }

  private async write(target: ChangeTarget, { stored, config, plan }: { stored: StoredSplit; config: SplitConfig; plan: SplitPlan }): Promise<StoredSplit> {
    for (const batch of batchesOf(plan.moves)) {
      await this.changeLog.append(target.datasetId, target.actor, batch.map((one) => ({ kind: 'split', number: one.id, body: { before: one.before, after: one.split } })));
      await this.store.setSides(target.datasetId, batch);
    }
    for (const batch of batchesOf(plan.regrouped)) await this.store.setSides(target.datasetId, batch);
    await this.changeLog.count(target.datasetId, { splits: differences(plan.moves) });
    const isNews = !isDeepStrictEqual(stored.config, config);
    if (!isNews && plan.moves.length === 0) return stored;
    // The rule is a part of the label file, which is written anew for a position: it has one, as a change of no image.
    if (isNews) await this.changeLog.append(target.datasetId, target.actor, [{ kind: 'split', body: { before: stored.config === null ? null : writeSplitConfig(stored.config), after: writeSplitConfig(config) } }]);
    return { ...stored, config, revision: await this.store.saveConfig(target.datasetId, writeSplitConfig(config)) };
  }
}

function differences(moves: readonly PlannedSide[]): Record<'train' | 'val' | 'test' | 'unassigned', number> {
  const splits = { train: 0, val: 0, test: 0, unassigned: 0 };
  for (const { before, split } of moves) {
    splits[before ?? 'unassigned'] -= 1;
    splits[split ?? 'unassigned'] += 1;
  }
  return splits;
}

function* batchesOf<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let from = 0; from < items.length; from += BATCH) yield items.slice(from, from + BATCH);
}
