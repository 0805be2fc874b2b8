import { Clock } from '@app/kernel';
import { OPERATION_CLASSES, type OperationClass } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { BackendConfig } from '../../../config/backend-config.js';
import { OperationLedger } from '../../../platform/storage/operation-ledger.js';
import { monthForecast, requestsUsd, rounded, storageUsd, type Prices, type Requests } from '../domain/prices.js';
import { CostRecords, type CountedRequests, type StoredBytes } from './ports/cost-records.port.js';

export interface OperationCount {
  readonly operation: string;
  readonly class: OperationClass;
  /** By processes of ours, and by holders of URLs where what they wrote is there. */
  readonly count: number;
  /** URLs that were made for it: each may have been used once, often or never. */
  readonly announced: number;
}

export interface CostEstimate {
  readonly prices: Prices;
  readonly storage: readonly (StoredBytes & { readonly usdPerMonth: number })[];
  readonly storageUsdPerMonth: number;
  readonly since: Date;
  readonly operations: readonly OperationCount[];
  readonly requests: Requests;
  readonly operationsUsd: number;
  /** Reads by URLs, were each used exactly once. */
  readonly announcedReads: number;
  readonly announcedUsd: number;
  /** Of this whole month: storage as it is, requests as they went on so far. */
  readonly monthUsd: number;
}

/** What a dataset, or the installation, costs: what lies in the store, and what was asked of it this month. */
@Injectable()
export class CostReader {
  constructor(
    private readonly records: CostRecords,
    private readonly ledger: OperationLedger,
    private readonly config: BackendConfig,
    private readonly clock: Clock,
  ) {}

  /** Null: of the installation. Who asks has checked the permission. */
  async estimate(datasetId: string | null): Promise<CostEstimate> {
    const { prices } = this.config;
    const now = this.clock.now();
    const since = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
    // What this process counted a moment ago is in it.
    await this.ledger.flush();
    const [stored, counted] = [await this.records.stored(datasetId), await this.records.counted(datasetId, since)];
    const storage = stored.map((one) => ({ ...one, usdPerMonth: storageUsd(prices, one.bytes) }));
    const storageUsdPerMonth = rounded(storage.reduce((sum, one) => sum + one.usdPerMonth, 0));
    const operations = byOperation(counted);
    const requests = { classA: sumOf(operations, 'A'), classB: sumOf(operations, 'B') };
    const announcedReads = operations.reduce((sum, one) => sum + (one.class === 'B' ? one.announced : 0), 0);
    const announced = { classA: 0, classB: announcedReads };
    return {
      ...{ prices, storage, storageUsdPerMonth, since, operations, requests, operationsUsd: requestsUsd(prices, requests) },
      ...{ announcedReads, announcedUsd: requestsUsd(prices, announced) },
      monthUsd: rounded(storageUsdPerMonth + requestsUsd(prices, monthForecast({ classA: requests.classA, classB: requests.classB + announcedReads }, now))),
    };
  }
}

function byOperation(counted: readonly CountedRequests[]): OperationCount[] {
  const operations = [...new Set(counted.filter(({ kind }) => kind !== 'refused').map(({ operation }) => operation))];
  const sum = (operation: string, kinds: readonly string[]): number => counted.reduce((total, one) => total + (one.operation === operation && kinds.includes(one.kind) ? one.count : 0), 0);
  return operations.map((operation) => ({ operation, class: classOf(operation), count: sum(operation, ['sent', 'proven']), announced: sum(operation, ['minted']) }));
}

const sumOf = (operations: readonly OperationCount[], billed: OperationClass): number => operations.reduce((sum, one) => sum + (one.class === billed ? one.count : 0), 0);

/** One that a worker of another version made and that this one does not know is counted as the dearer one. */
function classOf(operation: string): OperationClass {
  return (OPERATION_CLASSES as Readonly<Record<string, OperationClass>>)[operation] ?? 'A';
}
