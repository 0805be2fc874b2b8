import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { DatasetPositions, type FrozenHead, type PositionedImage } from '../../annotation/index.js';
import { differingObjects, type DiffObject, type ObjectPair } from '../domain/object-match.js';
import { SnapshotRepository } from '../domain/snapshot.repository.port.js';
import type { SnapshotHead, SnapshotState } from '../domain/snapshot.state.js';
import { SnapshotSource } from './ports/snapshot-source.port.js';

const BATCH = 500;
export const DIFFERENCES = ['added', 'removed', 'changed', 'relabelled', 'moved'] as const;
export type ImageDifference = (typeof DIFFERENCES)[number];
/** A version, or the dataset as it is. */
export type Side = number | 'live';

export interface Ends {
  readonly datasetId: string;
  readonly from: FrozenHead;
  readonly to: FrozenHead;
}

export interface ImageDiff {
  readonly number: number;
  readonly differences: readonly ImageDifference[];
  /** Null: it did not belong to that side. */
  readonly before: PositionedImage | null;
  readonly after: PositionedImage | null;
  readonly objects: readonly ObjectPair[];
}

/** What lies between two positions of a dataset. Costs the images with a change between them, some hundred at a time. */
@Injectable()
export class VersionDiff {
  constructor(
    private readonly snapshots: SnapshotRepository,
    private readonly positions: DatasetPositions,
    private readonly source: SnapshotSource,
  ) {}

  /** Throws `not-found`, or `state-conflict` for a version from before versions were positions. */
  async ends(datasetId: string, from: Side, to: Side): Promise<Ends> {
    return { datasetId, from: await this.headOf(datasetId, from), to: await this.headOf(datasetId, to) };
  }

  /** In the order of their numbers, behind one. */
  async *images({ datasetId, from, to }: Ends, after = 0, batch = BATCH): AsyncGenerator<ImageDiff> {
    const range = { after: Math.min(from.position, to.position), upTo: Math.max(from.position, to.position) };
    for (let afterNumber = after; ; ) {
      const numbers = await this.positions.changed(datasetId, range, { afterNumber, limit: batch });
      if (numbers.length === 0) return;
      const before = byNumber(await this.positions.imagesAt(datasetId, from.position, numbers));
      const now = byNumber(await this.positions.imagesAt(datasetId, to.position, numbers));
      for (const number of numbers) {
        const diff = imageDiff(number, present(before.get(number)), present(now.get(number)));
        if (diff.differences.length > 0) yield diff;
      }
      afterNumber = numbers.at(-1) ?? afterNumber;
    }
  }

  private async headOf(datasetId: string, side: Side): Promise<FrozenHead> {
    if (side !== 'live') return this.source.frozen(usableHead((await this.snapshots.findByVersion(datasetId, side))?.state));
    const now = await this.positions.now(datasetId);
    if (now === null) throw gone();
    return now.head;
  }
}

const gone = (): DomainError => new DomainError('not-found', 'There is no such resource, or you may not see it.');

/** What the version says of the dataset. Throws where there is none. */
export function usableHead(state: Readonly<SnapshotState> | undefined): SnapshotHead {
  if (state === undefined || state.state === 'deleted') throw gone();
  if (state.head === null) throw new DomainError('state-conflict', 'The version was made before versions could be compared and restored.');
  return state.head;
}

const byNumber = (images: readonly PositionedImage[]): Map<number, PositionedImage> => new Map(images.map((one) => [one.number, one]));
const present = (image: PositionedImage | undefined): PositionedImage | null => (image?.present === true ? image : null);
const objectsOf = (image: PositionedImage | null): readonly DiffObject[] => image?.objects ?? [];

function imageDiff(number: number, before: PositionedImage | null, after: PositionedImage | null): ImageDiff {
  const objects = before === null || after === null || before.labelsDigest === after.labelsDigest ? [] : differingObjects(objectsOf(before), objectsOf(after));
  return { number, before, after, objects, differences: differencesOf(before, after) };
}

function differencesOf(before: PositionedImage | null, after: PositionedImage | null): ImageDifference[] {
  if (before === null) return after === null ? [] : ['added'];
  if (after === null) return ['removed'];
  const labels = before.labelsDigest !== after.labelsDigest || before.status !== after.status || before.noObject !== after.noObject;
  const found: Record<'changed' | 'relabelled' | 'moved', boolean> = { changed: before.sha256 !== after.sha256, relabelled: labels, moved: before.split !== after.split };
  return DIFFERENCES.filter((one) => one in found && found[one as keyof typeof found]);
}
