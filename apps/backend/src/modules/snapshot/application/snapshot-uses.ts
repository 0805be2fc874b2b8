import { Injectable } from '@nestjs/common';

/** A training that a version was used for. */
export interface SnapshotUse {
  readonly id: string;
  readonly version: number;
  readonly state: string;
  /** Not ended: it may still read the zip. */
  readonly isActive: boolean;
  readonly hasModel: boolean;
}

export interface SnapshotUseSource {
  /** Newest first. */
  usesOf(datasetId: string, versions: readonly number[]): Promise<readonly SnapshotUse[]>;
}

/** Who uses versions. Modules that do say so here; this one does not know them. */
@Injectable()
export class SnapshotUses {
  private readonly sources: SnapshotUseSource[] = [];

  register(source: SnapshotUseSource): void {
    this.sources.push(source);
  }

  async of(datasetId: string, versions: readonly number[]): Promise<readonly SnapshotUse[]> {
    if (versions.length === 0) return [];
    return (await Promise.all(this.sources.map((source) => source.usesOf(datasetId, versions)))).flat();
  }
}
