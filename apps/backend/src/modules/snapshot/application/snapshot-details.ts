import { Injectable } from '@nestjs/common';
import type { SnapshotState } from '../domain/snapshot.state.js';
import { SnapshotFacts, type ZipProgressView } from './ports/snapshot-facts.port.js';
import { SnapshotUses, type SnapshotUse } from './snapshot-uses.js';

const MOST_JOBS = 20;

/** A version with what readers are shown beside it. */
export interface SnapshotDetails {
  readonly state: Readonly<SnapshotState>;
  readonly progress: ZipProgressView | null;
  readonly requestedByName: string | null;
  readonly jobs: readonly SnapshotUse[];
}

@Injectable()
export class SnapshotDetailsReader {
  constructor(
    private readonly facts: SnapshotFacts,
    private readonly uses: SnapshotUses,
  ) {}

  /** Of one dataset, in their order. */
  async of(datasetId: string, states: readonly Readonly<SnapshotState>[]): Promise<readonly SnapshotDetails[]> {
    const facts = await this.facts.of(states.map((state) => state.id));
    const uses = await this.uses.of(datasetId, states.map((state) => state.version));
    return states.map((state) => {
      const { progress = null, requestedByName = null } = facts.get(state.id) ?? {};
      return { state, progress, requestedByName, jobs: uses.filter((use) => use.version === state.version).slice(0, MOST_JOBS) };
    });
  }
}
