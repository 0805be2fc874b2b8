import { DomainError } from '@app/kernel';
import { plusRequests } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { BackendConfig } from '../../../config/backend-config.js';
import { SnapshotForecasts, type SnapshotForecast } from '../../snapshot/index.js';
import { egressUsd, requestsUsd, storageUsd, type Requests } from '../domain/prices.js';

export const COST_ACTIONS = ['snapshot', 'snapshot-zip', 'restore', 'training'] as const;
export type CostAction = (typeof COST_ACTIONS)[number];

export interface ActionWish {
  readonly action: CostAction;
  /** Left out: the dataset as it is now. */
  readonly version?: number;
  /** Of a training. */
  readonly epochs: number;
}

export interface ActionForecast {
  readonly requests: Requests;
  readonly usd: number;
  /** That lie in the store afterwards, and what they cost. */
  readonly bytes: number;
  readonly usdPerMonth: number;
  /** False: it will be at most, or about, so much. */
  readonly isExact: boolean;
}

/** `annotations.json` and `meta.json`, once the edits of a restore are written to the live view. */
const LIVE_VIEW: Requests = { classA: 2, classB: 0 };
/** Of each epoch a state and a model are put, and the backend looks whether they are there. */
const EPOCH: Requests = { classA: 2, classB: 2 };
/** The final model, its figures and examples; the zip is read once, by a worker that has it not, and two looks. */
const TRAINING: Requests = { classA: 3, classB: 3 };

/** What an action will ask of the store, told before it is done. Who asks has checked the permission. */
@Injectable()
export class CostForecaster {
  constructor(
    private readonly snapshots: SnapshotForecasts,
    private readonly config: BackendConfig,
  ) {}

  async forecast(datasetId: string, wish: ActionWish): Promise<ActionForecast> {
    const { prices } = this.config;
    const { made, requests, isExact, leaving } = await this.planned(datasetId, wish);
    return { requests, usd: requestsUsd(prices, requests) + egressUsd(prices, leaving), bytes: made.bytes, usdPerMonth: storageUsd(prices, made.bytes), isExact };
  }

  private async planned(datasetId: string, { action, version, epochs }: ActionWish): Promise<{ readonly made: SnapshotForecast; readonly requests: Requests; readonly isExact: boolean; readonly leaving: number }> {
    switch (action) {
      case 'snapshot': {
        const made = await this.snapshots.ofCurrent(datasetId, false);
        return { made, requests: made.requests, isExact: made.isExact, leaving: 0 };
      }
      case 'snapshot-zip': {
        const made = await this.zip(datasetId, version);
        return { made, requests: made.requests, isExact: made.isExact, leaving: 0 };
      }
      case 'restore': {
        const made = await this.undo(datasetId);
        return { made, requests: plusRequests(made.requests, LIVE_VIEW), isExact: false, leaving: 0 };
      }
      case 'training': {
        const made = await this.zip(datasetId, version);
        const steps = { classA: EPOCH.classA * epochs, classB: EPOCH.classB * epochs };
        return { made, requests: plusRequests(made.requests, steps, TRAINING), isExact: false, leaving: made.zipBytes ?? 0 };
      }
    }
  }

  private async zip(datasetId: string, version: number | undefined): Promise<SnapshotForecast> {
    return version === undefined ? this.snapshots.ofCurrent(datasetId, true) : this.snapshots.ofVersion(datasetId, version);
  }

  /** What there is becomes a version first; an empty dataset needs none. */
  private async undo(datasetId: string): Promise<SnapshotForecast> {
    try {
      return await this.snapshots.ofCurrent(datasetId, false);
    } catch (error) {
      if (error instanceof DomainError && error.code === 'state-conflict') return { requests: { classA: 0, classB: 0 }, bytes: 0, zipBytes: null, isExact: true };
      throw error;
    }
  }
}
