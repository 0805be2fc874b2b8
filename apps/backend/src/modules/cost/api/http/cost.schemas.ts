import { z } from 'zod';
import { COST_ACTIONS, type ActionForecast } from '../../application/cost-forecaster.js';
import type { CostEstimate } from '../../application/cost-reader.js';
import { STORED_KINDS } from '../../application/ports/cost-records.port.js';

const usd = z.number().describe('US dollars');
const requests = z.object({ class_a: z.number().int().describe('requests that write or list'), class_b: z.number().int().describe('requests that read') });

export const costResponse = z.object({
  prices: z.object({ storage_gb_month: usd, class_a_million: usd, class_b_million: usd, egress_gb: usd }).describe('configuration; defaults: Cloudflare R2'),
  storage: z.array(
    z.object({
      kind: z.enum(STORED_KINDS),
      bytes: z.number(),
      objects: z.number().nullable().describe('null: not listed yet'),
      usd_per_month: usd,
      listed_at: z.iso.datetime().nullable().describe('when the store was listed; null: told by the database'),
    }),
  ),
  storage_usd_per_month: usd,
  since: z.iso.datetime().describe('the begin of the month; operations are counted from then'),
  operations: z.array(z.object({ operation: z.string(), class: z.enum(['A', 'B', 'free']), count: z.number().int(), announced: z.number().int().describe('URLs made for it, each used once, often or never') })),
  requests: requests.describe('counted this month'),
  operations_usd: usd,
  announced_reads: z.number().int().describe('URLs for reading'),
  announced_usd: usd.describe('were each of them used once'),
  month_usd: usd.describe('forecast of this month: storage as it is, operations as they went on so far'),
});
export type CostResponse = z.infer<typeof costResponse>;

export const forecastQuery = z.strictObject({
  action: z.enum(COST_ACTIONS),
  version: z.coerce.number().int().min(1).max(1_000_000_000).optional().describe('of the dataset; left out: as it is now'),
  epochs: z.coerce.number().int().min(1).max(100_000).default(10).describe('of a training'),
});
export type ForecastQuery = z.infer<typeof forecastQuery>;

export const forecastResponse = z.object({
  action: z.enum(COST_ACTIONS),
  requests,
  usd: usd.describe('once'),
  bytes: z.number().describe('that will lie in the store more than now; without the models of a training'),
  usd_per_month: usd.describe('what they cost'),
  exact: z.boolean().describe('false: at most, or about, so much'),
});
export type ForecastResponse = z.infer<typeof forecastResponse>;

export function toCost(estimate: CostEstimate): CostResponse {
  const { prices, since, operations, requests: counted } = estimate;
  return {
    prices: { storage_gb_month: prices.storageGbMonth, class_a_million: prices.classAMillion, class_b_million: prices.classBMillion, egress_gb: prices.egressGb },
    storage: estimate.storage.map(({ kind, bytes, objects, usdPerMonth, listedAt }) => ({ kind, bytes, objects, usd_per_month: usdPerMonth, listed_at: listedAt?.toISOString() ?? null })),
    ...{ storage_usd_per_month: estimate.storageUsdPerMonth, since: since.toISOString(), operations: operations.map((one) => ({ ...one })), requests: { class_a: counted.classA, class_b: counted.classB } },
    ...{ operations_usd: estimate.operationsUsd, announced_reads: estimate.announcedReads, announced_usd: estimate.announcedUsd, month_usd: estimate.monthUsd },
  };
}

export function toForecast(action: ForecastQuery['action'], { requests: asked, usd: once, bytes, usdPerMonth, isExact }: ActionForecast): ForecastResponse {
  return { action, requests: { class_a: asked.classA, class_b: asked.classB }, usd: once, bytes, usd_per_month: usdPerMonth, exact: isExact };
}
