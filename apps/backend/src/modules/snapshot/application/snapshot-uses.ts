import { Injectable } from '@nestjs/common';

/** A training that a version was used for. */
export interface SnapshotUse {
  readonly id: string;
  readonly version: number;
  readonly state: string;
  /** Not ended: it may still read the zip. */
  readonly isActive: boolean;
  readonly hasModel: boolean;
  /** Its model is the dataset's in production. */
  readonly inProduction?: boolean;
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
    return merged((await Promise.all(this.sources.map((source) => source.usesOf(datasetId, versions)))).flat());
  }
}

/** Two sources may know of one training. */
function merged(uses: readonly SnapshotUse[]): SnapshotUse[] {
  const byId = new Map<string, SnapshotUse>();
  for (const use of uses) {
    const known = byId.get(use.id);
    byId.set(use.id, known === undefined ? use : { ...known, hasModel: known.hasModel || use.hasModel, inProduction: known.inProduction === true || use.inProduction === true });
  }
  return [...byId.values()];
}
