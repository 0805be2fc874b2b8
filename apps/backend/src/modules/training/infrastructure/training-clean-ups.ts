import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackendConfig } from '../../../config/backend-config.js';
import type { CleanUpAmount, CleanUpJob, CleanUpPass } from '../../../platform/clean-up/clean-up-job.js';
import { CleanUps } from '../../../platform/clean-up/clean-ups.js';
import { CheckpointStorage } from '../application/ports/checkpoint-storage.port.js';

const HOUR = 3_600;
const DAY = 86_400;
const BATCH = 500;

const ENDED = `j.state in ('completed','failed','cancelled')`;
/** Of the best epoch and the last one stay, and what a job or a model has: one that goes on from it, too. */
const OLD = `
  from training_checkpoints c join training_jobs j on j.id = c.job_id
  where ${ENDED} and j.finished_at < $1
    and c.epoch < (select max(l.epoch) from training_checkpoints l where l.job_id = c.job_id)
    and c.epoch is distinct from (select m.epoch from training_metrics m where m.job_id = c.job_id and m.metrics->'primary_value' <> 'null'::jsonb order by (m.metrics->>'primary_value')::float8 desc, m.epoch limit 1)
    and not exists (select 1 from training_jobs o where o.resume_from->>'key' = c.key or o.final_model->>'key' = c.key)
    and not exists (select 1 from models m where m.object->>'key' = c.key)`;
/** Handed out, and no checkpoint: it never became one, or its removal failed. */
const LEFT = `
  from training_minted_uploads c join training_jobs j on j.id = c.job_id
  where ${ENDED} and j.finished_at < $1 and c.kind in ('state','model') and not exists (select 1 from training_checkpoints p where p.job_id = c.job_id and p.key = c.key)
    and not exists (select 1 from models m where m.object->>'key' = c.key)`;

interface Found {
  readonly job_id: string;
  readonly key: string;
  readonly bytes: number;
}

/** Checkpoints of trainings that ended long ago, and what is left of those that were removed before. */
@Injectable()
export class TrainingCleanUps implements OnModuleInit {
  constructor(
    private readonly cleanUps: CleanUps,
    private readonly storage: CheckpointStorage,
    private readonly dataSource: DataSource,
    private readonly config: BackendConfig,
  ) {}

  onModuleInit(): void {
    this.cleanUps.register(this.oldCheckpoints(), this.leftCheckpoints());
  }

  /** Rows first: what a crash leaves is an object that was handed out, which the other job finds. */
  private oldCheckpoints(): CleanUpJob {
    const keepsSeconds = this.config.retention.checkpointDays * DAY;
    return {
      ...{ name: 'old-checkpoints', removes: 'Checkpoints of trainings that ended so long ago, but for the best and the last one of each, and models.', setting: 'CHECKPOINT_DAYS', keepsSeconds },
      ...{ everySeconds: DAY, firstAfterSeconds: HOUR, removesObjects: true },
      plan: (now) => this.amount(OLD, secondsBefore(now, keepsSeconds)),
      run: (pass) => this.removeAll(OLD, pass, { keepsSeconds, table: 'training_checkpoints', rowsFirst: true }),
    };
  }

  private leftCheckpoints(): CleanUpJob {
    const keepsSeconds = this.config.retention.uploadHours * HOUR;
    return {
      ...{ name: 'left-checkpoints', removes: 'What ended trainings put into the store and what is no checkpoint of theirs.', setting: 'UPLOAD_KEPT_HOURS', keepsSeconds },
      ...{ everySeconds: HOUR, firstAfterSeconds: 600, removesObjects: true },
      plan: (now) => this.amount(LEFT, secondsBefore(now, keepsSeconds)),
      run: (pass) => this.removeAll(LEFT, pass, { keepsSeconds, table: 'training_minted_uploads', rowsFirst: false }),
    };
  }

  private async removeAll(which: string, { now, mayGoOn }: CleanUpPass, of: { readonly keepsSeconds: number; readonly table: string; readonly rowsFirst: boolean }): Promise<CleanUpAmount> {
    let [count, bytes] = [0, 0];
    while (await mayGoOn()) {
      const found: Found[] = await this.dataSource.query(`select c.job_id, c.key, c.size_bytes::float8 as bytes ${which} limit ${BATCH}`, [secondsBefore(now, of.keepsSeconds)]);
      const keys = found.map(({ key }) => key);
      const forget = async (): Promise<void> => void (await this.dataSource.query(`delete from ${of.table} c using unnest($1::uuid[], $2::text[]) as gone (job_id, key) where c.job_id = gone.job_id and c.key = gone.key`, [found.map((one) => one.job_id), keys]));
      if (of.rowsFirst) await forget();
      await this.storage.remove(keys);
      if (!of.rowsFirst) await forget();
      count += found.length;
      for (const one of found) bytes += one.bytes;
      if (found.length < BATCH) break;
    }
    return { count, bytes };
  }

  private async amount(which: string, before: Date): Promise<CleanUpAmount> {
    const rows: CleanUpAmount[] = await this.dataSource.query(`select count(*)::int as count, coalesce(sum(c.size_bytes), 0)::float8 as bytes ${which}`, [before]);
    return rows[0] ?? { count: 0, bytes: 0 };
  }
}

const secondsBefore = (now: Date, seconds: number): Date => new Date(now.getTime() - seconds * 1000);
