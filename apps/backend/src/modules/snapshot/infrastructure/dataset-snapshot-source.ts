import { hashedHeadLine } from '@app/dice-format';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../platform/auth/principal.js';
import { DatasetPositions, LiveView, type FrozenHead, type PositionedImage } from '../../annotation/index.js';
import { DatasetAccess, DatasetImages } from '../../dataset/index.js';
import { SnapshotSource, type SourceContent, type SourcePosition } from '../application/ports/snapshot-source.port.js';
import type { SnapshotHead } from '../domain/snapshot.state.js';
import { CutContent } from './cut-content.js';
import { UploadedContent } from './uploaded-content.js';

/** More changed images than this are not compared while somebody waits. */
const MOST_COMPARED = 1_000;

@Injectable()
export class DatasetSnapshotSource extends SnapshotSource {
  constructor(
    private readonly datasets: DatasetAccess,
    private readonly datasetImages: DatasetImages,
    private readonly positions: DatasetPositions,
    private readonly view: LiveView,
  ) {
    super();
  }

  async require(principal: Principal, datasetId: string, action: 'read' | 'manage' | 'own'): Promise<{ readonly name: string }> {
    return this.datasets.require(principal, datasetId, action);
  }

  async now(datasetId: string): Promise<SourcePosition | null> {
    return this.positions.now(datasetId);
  }

  async imageBytes(datasetId: string): Promise<number> {
    return (await this.datasets.find(datasetId))?.imageBytes ?? 0;
  }

  async sameContent(datasetId: string, one: SnapshotHead, other: SnapshotHead): Promise<boolean | null> {
    const [from, to] = [this.frozen(one), this.frozen(other)];
    if (headLine(from) !== headLine(to)) return false;
    const range = { after: Math.min(one.position, other.position), upTo: Math.max(one.position, other.position) };
    const numbers = await this.positions.changed(datasetId, range, { afterNumber: 0, limit: MOST_COMPARED + 1 });
    if (numbers.length > MOST_COMPARED) return null;
    const [before, after] = [await this.positions.imagesAt(datasetId, one.position, numbers), await this.positions.imagesAt(datasetId, other.position, numbers)];
    return before.filter(isPresent).map(contentOf).join() === after.filter(isPresent).map(contentOf).join();
  }

  /** It was taken from the Annotation module, and goes back to it. */
  frozen(head: SnapshotHead): FrozenHead {
    return head as FrozenHead;
  }

  async open(version: { datasetId: string; head: SnapshotHead | null; numImages: number }): Promise<SourceContent | null> {
    const { datasetId, head, numImages } = version;
    const dataset = await this.datasets.find(datasetId);
    if (dataset === null) return null;
    // Its labels are in the zip only, and nobody can have changed one.
    if (!dataset.labelsLoaded) return new UploadedContent(dataset, this.datasetImages);
    const at = head === null ? undefined : this.frozen(head);
    return CutContent.open(() => this.view.open(datasetId, at), { numImages, upload: dataset.upload });
  }
}

const headLine = ({ task_type: taskType, multi_label: multiLabel, classes }: FrozenHead): string => hashedHeadLine({ taskType, multiLabel, classes });
const isPresent = (image: PositionedImage): boolean => image.present;

/** What the content hash is of. */
function contentOf({ number, fileName, sha256, width, height, split, status, noObject, labelsDigest }: PositionedImage): string {
  return JSON.stringify([number, fileName, sha256, width, height, split, status, noObject, labelsDigest]);
}
