import { classChangedV1 } from '@app/contracts';
import { DomainError, failpoint } from '@app/kernel';
import { currentTraceparent } from '@app/observability';
import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../../platform/context/request-context.js';
import { IntegrationEvents } from '../../../platform/messaging/integration-events.js';
import { DatasetChangeLog, ImagePutBack } from '../../dataset/index.js';
import { changesBetween, sameValue } from '../domain/label-object.js';
import type { LabelEdit } from './ports/annotation-store.port.js';
import { ClassStore, type LiveClass } from './ports/class-store.port.js';
import { DatasetPositions, type FrozenHead, type PositionedImage } from './ports/dataset-positions.port.js';

const BATCH = 256;

export interface Rollback {
  readonly datasetId: string;
  readonly actor: string;
  readonly head: FrozenHead;
  readonly version: number;
}

export interface RollbackCounts {
  readonly removed: number;
  readonly restored: number;
  readonly replaced: number;
  readonly moved: number;
  readonly relabelled: number;
  readonly classes: boolean;
  /** Where the dataset stands afterwards. */
  readonly position: number;
}

interface Pair {
  readonly now: PositionedImage;
  readonly then: PositionedImage;
}

/** Makes a dataset what it was at a position, by new changes. In the caller's unit of work; costs what changed since. */
@Injectable()
export class DatasetRollback {
  constructor(
    private readonly log: DatasetChangeLog,
    private readonly positions: DatasetPositions,
    private readonly images: ImagePutBack,
    private readonly classes: ClassStore,
    private readonly events: IntegrationEvents,
  ) {}

  /** Until the unit of work ends nobody changes the dataset. Throws `state-conflict` while its labels are being read. */
  async lock(datasetId: string): Promise<void> {
    const { labelsLoaded } = await this.log.lock(datasetId);
    if (!labelsLoaded) throw new DomainError('state-conflict', 'The labels of the uploaded zip are still being read.', { retryAfterSeconds: 2 });
  }

  /** Under the lock. */
  async to(rollback: Rollback): Promise<RollbackCounts> {
    const { datasetId, head } = rollback;
    const start = await this.position(datasetId);
    const counts = { removed: 0, restored: 0, replaced: 0, moved: 0, relabelled: 0 };
    // First: an image that comes back may have a name that a newer one has now.
    for await (const pairs of this.pairs(datasetId, head.position, start)) counts.removed += await this.remove(rollback, pairs);
    await failpoint('restore-removed');
    const classes = await this.putClasses(rollback);
    await this.images.splitRule(targetOf(rollback), head.split_config);
    for await (const pairs of this.pairs(datasetId, head.position, start)) {
      const wanted = pairs.filter(({ then }) => !then.removed);
      counts.restored += await this.restore(rollback, wanted);
      counts.replaced += await this.replace(rollback, wanted);
      counts.moved += await this.split(rollback, wanted);
      counts.relabelled += await this.relabel(rollback, wanted);
      await failpoint('restore-batch');
    }
    await failpoint('restore-done');
    return { ...counts, classes, position: await this.position(datasetId) };
  }

  private async position(datasetId: string): Promise<number> {
    const now = await this.positions.now(datasetId);
    if (now === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    return now.head.position;
  }

  private async *pairs(datasetId: string, from: number, start: number): AsyncGenerator<readonly Pair[]> {
    for (let afterNumber = 0; ; ) {
      const numbers = await this.positions.changed(datasetId, { after: from, upTo: start }, { afterNumber, limit: BATCH });
      if (numbers.length === 0) return;
      const then = await this.positions.imagesAt(datasetId, from, numbers);
      const now = new Map((await this.positions.imagesAt(datasetId, start, numbers)).map((one) => [one.number, one]));
      yield then.flatMap((one) => pairOf(now.get(one.number), one));
      afterNumber = numbers.at(-1) ?? afterNumber;
    }
  }

  private async remove(rollback: Rollback, pairs: readonly Pair[]): Promise<number> {
    const gone = numbersOf(pairs.filter(({ now, then }) => then.removed && !now.removed));
    await this.images.remove(targetOf(rollback), gone);
    return gone.length;
  }

  private async restore(rollback: Rollback, pairs: readonly Pair[]): Promise<number> {
    const back = numbersOf(pairs.filter(({ now }) => now.removed));
    await this.images.restore(targetOf(rollback), back);
    return back.length;
  }

  private async replace(rollback: Rollback, pairs: readonly Pair[]): Promise<number> {
    const places = pairs.filter(({ now, then }) => now.sha256 !== then.sha256).map(({ then }) => then);
    await this.images.replace(targetOf(rollback), places);
    return places.length;
  }

  private async split(rollback: Rollback, pairs: readonly Pair[]): Promise<number> {
    const places = pairs.filter(({ now, then }) => now.split !== then.split).map(({ then }) => then);
    await this.images.split(targetOf(rollback), places);
    return places.length;
  }

  private async relabel(rollback: Rollback, pairs: readonly Pair[]): Promise<number> {
    const edits = pairs.filter(hasOtherLabels).map((pair) => editOf(rollback, pair));
    if (edits.length > 0) await this.classes.relabel(rollback.datasetId, edits);
    return edits.length;
  }

  /** Exactly the version's: newer ones go, for no image shows them any more at the end. Ids are given once all the same. */
  private async putClasses({ datasetId, actor, head, version }: Rollback): Promise<boolean> {
    const before = await this.classes.list(datasetId);
    if (before === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    const after = head.classes.map(liveOf);
    const [shownBefore, shownAfter] = [before.classes.map(shown), after.map(shown)];
    if (sameValue(shownBefore, shownAfter)) return false;
    await this.classes.replace(datasetId, { classes: after, nextClassId: before.nextClassId });
    const change = 'restored';
    const body = { change, class_id: null, merged_into: null, before: shownBefore, after: shownAfter, reason: 'restore-version', version };
    const seq = await this.log.append(datasetId, actor, [{ kind: 'classes', body }]);
    const revision = before.revision + 1;
    const data = { dataset_id: datasetId, classes_revision: revision, change, class_id: null, merged_into: null, author: actor, seq } as const;
    await this.events.publish({ definition: classChangedV1, subject: `${datasetId}/classes`, data, aggregateVersion: revision });
    return true;
  }
}

const numbersOf = (pairs: readonly Pair[]): number[] => pairs.map(({ now }) => now.number);
const targetOf = ({ datasetId, actor, version }: Rollback): { datasetId: string; actor: string; why: Record<string, unknown> } => ({ datasetId, actor, why: { reason: 'restore-version', version } });
const pairOf = (now: PositionedImage | undefined, then: PositionedImage): Pair[] => (now === undefined ? [] : [{ now, then }]);
const shown = ({ id, name, color, details }: LiveClass): unknown => ({ id, name, color, details });
const liveOf = ({ id, name, color, details }: FrozenHead['classes'][number]): LiveClass => ({ id, name, color, details, imageCount: 0 });

function hasOtherLabels({ now, then }: Pair): boolean {
  if (now.status !== then.status || now.noObject !== then.noObject || now.labelsDigest !== then.labelsDigest) return true;
  return changesBetween(now.objects, then.objects).length > 0;
}

/** The review is given anew by who restores: who gave it first is in the history. */
function editOf({ actor, version }: Rollback, { now, then }: Pair): LabelEdit {
  const { number, width, height } = then;
  const { revision, nextNumber } = now;
  const changes = changesBetween(now.objects, then.objects);
  return {
    before: { number, width, height, state: { revision, status: now.status, noObject: now.noObject, nextNumber, objects: now.objects }, labeledBy: null, labeledAt: null, reviewedBy: null, reviewedAt: null },
    after: { revision: revision + 1, status: then.status, noObject: then.noObject, nextNumber, objects: then.objects },
    ...{ changes, relabeled: changes.length > 0 || now.noObject !== then.noObject, reviewed: then.status === 'reviewed' },
    ...{ actor, reason: 'restore-version', version, correlationId: RequestContext.current()?.correlationId, traceparent: currentTraceparent() },
  };
}
