import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { BACKUP_HOLD_LOCK } from '../platform/storage/backup-hold-lock.js';

/** A backup that was killed holds deletions off for so long. */
const HOLD_MINUTES = 10;
const RENEW_MILLISECONDS = 60_000;
/** Deletions that are under way end meanwhile. */
const LOCK_PATIENCE = '120s';
/** Advisory lock: two would tidy each other's files away. */
const ONE_AT_A_TIME = 7_301_844;
const HELD_UNTIL = `clock_timestamp() + interval '${HOLD_MINUTES} minutes'`;

/** Holds deletions of objects off while a backup copies what the rows named. */
export class DeletionHold {
  private readonly id = randomUUID();
  private timer: NodeJS.Timeout | undefined;
  private readonly keeper: pg.Client;

  constructor(private readonly databaseUrl: string) {
    this.keeper = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
    // Its lock goes with it; the hold itself is a row.
    this.keeper.on('error', () => undefined);
  }

  /** When it returns, no deletion is under way, and none begins until `end`. Errors: `RangeError` while another backup is being made. */
  async begin(): Promise<void> {
    await this.keeper.connect();
    const { rows } = await this.keeper.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [ONE_AT_A_TIME]);
    if (rows[0]?.mine !== true) throw new RangeError('Another backup of this installation is being made.');
    await this.run(async (database) => {
      await database.query('begin');
      await database.query(`set local lock_timeout = '${LOCK_PATIENCE}'`);
      await database.query('select pg_advisory_xact_lock($1)', [BACKUP_HOLD_LOCK]);
      await database.query(`delete from backup_holds where held_until < clock_timestamp()`);
      await database.query(`insert into backup_holds (id, held_until) values ($1, ${HELD_UNTIL})`, [this.id]);
      await database.query('commit');
    });
    // A database that is away for a moment is no lost hold: it lasts for several tries.
    this.timer = setInterval(() => void this.renew().catch(() => undefined), RENEW_MILLISECONDS);
  }

  /** Whether it was never lost: a process that slept for longer than the hold lasts does not know what went meanwhile. */
  async stands(): Promise<boolean> {
    return this.renew();
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
    await this.keeper.end().catch(() => undefined);
    await this.run((database) => database.query('delete from backup_holds where id = $1', [this.id]));
  }

  private async renew(): Promise<boolean> {
    const { rowCount } = await this.run((database) => database.query(`update backup_holds set held_until = ${HELD_UNTIL} where id = $1 and held_until > clock_timestamp()`, [this.id]));
    return rowCount === 1;
  }

  private async run<T>(work: (database: pg.Client) => Promise<T>): Promise<T> {
    const database = new pg.Client({ connectionString: this.databaseUrl });
    await database.connect();
    try {
      return await work(database);
    } finally {
      await database.end();
    }
  }
}
