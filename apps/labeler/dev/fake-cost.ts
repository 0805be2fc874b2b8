import { send, sendOr404, type Route } from './fake-answers.js';
import type { Json } from './fake-data.js';

const PRICES = { storage_gb_month: 0.015, class_a_million: 4.5, class_b_million: 0.36, egress_gb: 0 };
const DAY = 86_400_000;

/** Made-up figures of the store, and what is removed by the clock. Development only. */
export class FakeCost {
  private runs = 0;

  constructor(private readonly find: (id: string) => Json | undefined) {}

  readonly routes: readonly Route[] = [
    ['GET', /^cost$/, ({ response }) => send(response, 200, costOf(8.4e9))],
    ['GET', /^datasets\/([^/]+)\/cost$/, ({ response }, id) => sendOr404(response, this.find(id) === undefined ? undefined : costOf(Number(this.find(id)?.['size_bytes'] ?? 0)))],
    ['GET', /^datasets\/([^/]+)\/cost\/forecast$/, ({ query, response }) => send(response, 200, forecastOf(query.get('action') ?? '', Number(query.get('epochs') ?? 10)))],
    ['GET', /^admin\/clean-ups$/, ({ response }) => send(response, 200, { items: this.cleanUps(), hold: null })],
    ['POST', /^admin\/clean-ups\/([^/]+)\/run$/, ({ query, response }, name) => this.run(name, query.get('dry_run') === 'true', response)],
  ];

  private run(name: string, isDry: boolean, response: Parameters<typeof send>[0]): void {
    if (!isDry) this.runs += 1;
    send(response, 200, { name, dry_run: isDry, would_remove: isDry ? { count: 3, bytes: 1_200_000 } : null });
  }

  private cleanUps(): Json[] {
    const one = (name: string, keepsSeconds: number, wouldRemove: Json | null): Json => ({
      ...{ name, removes: 'What is old.', keeps_seconds: keepsSeconds, setting: 'TRASH_DAYS', every_seconds: 3_600, state: 'idle', outcome: 'done', failure: null },
      ...{ started_at: null, finished_at: new Date(Date.now() - (this.runs > 0 ? 1_000 : DAY)).toISOString(), next_at: new Date(Date.now() + DAY).toISOString() },
      ...{ removed: { count: 2, bytes: 48_000_000 }, would_remove: wouldRemove },
    });
    return [one('expired-tokens', 2_592_000, { count: 4, bytes: null }), one('orphaned-images', 86_400, null), one('trash', 2_592_000, { count: 1, bytes: 73_000 })];
  }
}

function costOf(bytes: number): Json {
  const perMonth = (bytes / 1e9) * PRICES.storage_gb_month;
  return {
    prices: PRICES,
    storage: [{ kind: 'originals', bytes, objects: 100, usd_per_month: perMonth, listed_at: new Date(Date.now() - DAY).toISOString() }],
    ...{ storage_usd_per_month: perMonth, since: new Date().toISOString(), operations: [{ operation: 'PutObject', class: 'A', count: 312, announced: 0 }], requests: { class_a: 312, class_b: 1_024 } },
    ...{ operations_usd: 0.00177, announced_reads: 400, announced_usd: 0.000144, month_usd: perMonth + 0.0044 },
  };
}

function forecastOf(action: string, epochs: number): Json {
  const isTraining = action === 'training';
  return { action, requests: { class_a: isTraining ? 6 + 2 * epochs : 3, class_b: isTraining ? 1 + 2 * epochs : 0 }, usd: isTraining ? 0.00013 : 0.0000135, bytes: 48_000_000, usd_per_month: 0.00072, exact: !isTraining };
}
