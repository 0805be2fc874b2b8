import { Clock, newId } from '@app/kernel';
import { ObjectStore } from '@app/object-store';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackendConfig } from '../../config/backend-config.js';
import { CleanUpBoard } from '../clean-up/clean-up-board.js';
import { Rounds } from '../rounds.js';
import { ScopeOwners } from './scope-owners.js';

const NAME = 'store-inventory';
const LOOK_MILLISECONDS = 60_000;
const RENEW_EVERY_OBJECTS = 20_000;
const FIRST_AFTER_SECONDS = 900;

/** What an object is of, by its place in the bucket (design/storage-layout.md). */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^datasets\/[^/]+\/(images|masks)\//, 'originals'],
  [/^datasets\/[^/]+\/(thumbnails|previews)\//, 'previews'],
  [/^datasets\/[^/]+\/snapshots\//, 'snapshots'],
  [/^datasets\/[^/]+\/uploads\//, 'uploads'],
  [/^datasets\//, 'labels'],
  [/^models\//, 'models'],
  [/^staging\//, 'staging'],
  [/^backups?\//, 'backups'],
];

const WRITE = `
  insert into store_inventory (dataset_id, kind, objects, bytes, measured_at)
  select dataset_id, kind, sum(objects), sum(bytes), $1 from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[]) as given (dataset_id, kind, objects, bytes) group by 1, 2`;

interface Tally {
  readonly scope: string;
  readonly kind: string;
  objects: number;
  bytes: number;
}

/** Lists the whole bucket now and then, in one replica: what lies there is billed, whatever the rows say. */
@Injectable()
export class StoreInventory implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(StoreInventory.name);
  private readonly stop = new AbortController();
  private readonly rounds = new Rounds({ firstAfter: LOOK_MILLISECONDS, every: LOOK_MILLISECONDS, work: () => this.look() });

  constructor(
    private readonly store: ObjectStore,
    private readonly owners: ScopeOwners,
    private readonly board: CleanUpBoard,
    private readonly dataSource: DataSource,
    private readonly config: BackendConfig,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.costInventoryHours > 0) this.rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.rounds.stop();
  }

  /** Where it is due. True: it was made. */
  async takeIfDue(): Promise<boolean> {
    const now = this.clock.now();
    await this.board.announce(NAME, new Date(now.getTime() + FIRST_AFTER_SECONDS * 1000));
    const lease = newId();
    if (!(await this.board.claim(NAME, { lease, now, isAsked: false }))) return false;
    const nextAt = new Date(now.getTime() + this.config.costInventoryHours * 3_600_000);
    const objects = await this.take(() => this.board.renew(NAME, lease));
    await this.board.finish(NAME, lease, { outcome: 'done', amount: { count: objects, bytes: 0 }, failure: null, now: this.clock.now(), nextAt });
    return true;
  }

  /** Answers how many objects there are. */
  async take(beat: () => Promise<unknown> = () => Promise.resolve()): Promise<number> {
    const tallies = new Map<string, Tally>();
    let objects = 0;
    for await (const { key, sizeBytes } of this.store.list('', this.stop.signal)) {
      objects += 1;
      if (objects % RENEW_EVERY_OBJECTS === 0) await beat();
      const tally = tallyOf(tallies, key);
      tally.objects += 1;
      tally.bytes += sizeBytes;
    }
    const all = [...tallies.values()];
    const owners = await this.owners.datasetsOf(all.map(({ scope }) => scope));
    await this.dataSource.transaction(async (manager) => {
      await manager.query('delete from store_inventory');
      await manager.query(WRITE, [this.clock.now(), all.map(({ scope }) => owners.get(scope) ?? ''), all.map(({ kind }) => kind), all.map((one) => one.objects), all.map(({ bytes }) => bytes)]);
    });
    return objects;
  }

  private async look(): Promise<void> {
    try {
      await this.takeIfDue();
    } catch (error) {
      // The lease ends by itself, and it is tried again.
      if (!this.stop.signal.aborted) this.logger.warn(`the store is listed later: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function tallyOf(tallies: Map<string, Tally>, key: string): Tally {
  const kind = KINDS.find(([pattern]) => pattern.test(key))?.[1] ?? 'other';
  const scope = /^(datasets|models)\/[^/]+(?=\/)/.exec(key)?.[0] ?? '';
  const name = `${scope} ${kind}`;
  const known = tallies.get(name);
  if (known !== undefined) return known;
  const tally = { scope, kind, objects: 0, bytes: 0 };
  tallies.set(name, tally);
  return tally;
}
