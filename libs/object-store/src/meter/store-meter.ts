import { OPERATION_CLASSES, type OperationClass, type StoreOperation } from './store-operations.js';

/**
 * `sent`: a request of this process that reached a store, each try for itself; `refused`: answered 401 or 403, which R2 does not bill; `minted`: a presigned URL that somebody may use, once, often or never;
 * `proven`: a request by a presigned URL that must have been made, since what it wrote is there.
 */
export type CountKind = 'sent' | 'refused' | 'minted' | 'proven';

export interface StoreCount {
  /** UTC, `2026-11-26`. */
  readonly day: string;
  /** `datasets/{id}` or `models/{job or model}`; empty: of none, or of several. */
  readonly scope: string;
  readonly operation: StoreOperation;
  readonly kind: CountKind;
  readonly count: number;
}

interface Day {
  readonly day: string;
  readonly counts: Map<string, Map<string, number>>;
}

const DAY_MILLISECONDS = 86_400_000;
/** Days that are kept, today's with it: a database may be away over midnight. */
const MOST_DAYS = 3;

/**
 * Counts what this process asks of a store, by UTC day, owner of the key, operation and kind. Totals of a day only grow while the process lives: whoever writes them down may write them again.
 * Nothing is written here; what was counted since the last writing dies with the process.
 */
export class StoreMeter {
  private readonly days: Day[] = [];
  private until = 0;

  /** `heard` is told of every request that was sent, at once, for a metric of this process. */
  constructor(
    private readonly now: () => number = () => Date.now(),
    private readonly heard: (sent: { readonly operation: StoreOperation; readonly class: OperationClass }, times: number) => void = () => undefined,
  ) {}

  /** `key`: of the object, or the prefix of a list. */
  count(of: { readonly operation: StoreOperation; readonly kind: CountKind; readonly key: string }, times = 1): void {
    const { counts } = this.today();
    const scope = scopeOf(of.key);
    let scoped = counts.get(scope);
    if (scoped === undefined) counts.set(scope, (scoped = new Map<string, number>()));
    const name = `${of.operation} ${of.kind}`;
    scoped.set(name, (scoped.get(name) ?? 0) + times);
    if (of.kind === 'sent') this.heard({ operation: of.operation, class: OPERATION_CLASSES[of.operation] }, times);
  }

  /** Totals of today and of up to two days before; of older ones nothing is said, however long nothing was counted. */
  totals(): readonly StoreCount[] {
    const oldest = dayOf(this.now() - (MOST_DAYS - 1) * DAY_MILLISECONDS);
    return this.days.filter(({ day }) => day >= oldest).flatMap(({ day, counts }) =>
      [...counts].flatMap(([scope, scoped]) =>
        [...scoped].map(([name, count]) => {
          const [operation, kind] = name.split(' ') as [StoreOperation, CountKind];
          return { day, scope, operation, kind, count };
        }),
      ),
    );
  }

  private today(): Day {
    const now = this.now();
    const last = this.days.at(-1);
    if (last !== undefined && now < this.until) return last;
    const day: Day = { day: dayOf(now), counts: new Map() };
    this.until = (Math.floor(now / DAY_MILLISECONDS) + 1) * DAY_MILLISECONDS;
    this.days.push(day);
    if (this.days.length > MOST_DAYS) this.days.shift();
    return day;
  }
}

const dayOf = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10);

/** Of `datasets/{id}/...` and `models/{id}/...`; empty for all else. */
function scopeOf(key: string): string {
  if (!key.startsWith('datasets/') && !key.startsWith('models/')) return '';
  const end = key.indexOf('/', key.indexOf('/') + 1);
  return end < 0 ? '' : key.slice(0, end);
}
