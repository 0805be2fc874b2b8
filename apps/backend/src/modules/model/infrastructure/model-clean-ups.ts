import { ObjectStore, objectKeys } from '@app/object-store';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackendConfig } from '../../../config/backend-config.js';
import type { CleanUpAmount, CleanUpJob, CleanUpPass } from '../../../platform/clean-up/clean-up-job.js';
import { CleanUps } from '../../../platform/clean-up/clean-ups.js';
import { ModelUploads } from '../application/model-uploads.js';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
const BATCH = 200;

const STALE = `select count(*)::int as count, coalesce(sum((object->>'sizeBytes')::float8), 0)::float8 as bytes from model_uploads where created_at < $1`;
/** A run that was emptied has no predictions any more; one that somebody may still accept or take back needs none of its files. */
const OVER = `from model_runs where finished_at < $1 and stage in ('done','undone','failed') and predictions is not null`;

/** Announced models, and files of runs, that nobody needs any more. */
@Injectable()
export class ModelCleanUps implements OnModuleInit {
  constructor(
    private readonly cleanUps: CleanUps,
    private readonly uploads: ModelUploads,
    private readonly store: ObjectStore,
    private readonly dataSource: DataSource,
    private readonly config: BackendConfig,
  ) {}

  onModuleInit(): void {
    this.cleanUps.register(this.announcedModels(), this.runFiles());
  }

  private announcedModels(): CleanUpJob {
    const keepsSeconds = this.config.retention.uploadHours * HOUR;
    return {
      ...{ name: 'announced-models', removes: 'Models that were announced so long ago and not completed, and what was put for them.', setting: 'UPLOAD_KEPT_HOURS', keepsSeconds },
      ...{ everySeconds: 10 * MINUTE, firstAfterSeconds: MINUTE, removesObjects: true },
      plan: (now) => this.amount(STALE, secondsBefore(now, keepsSeconds)),
      run: async ({ now, mayGoOn }) => ({ bytes: null, count: await this.uploads.sweep(secondsBefore(now, keepsSeconds), mayGoOn) }),
    };
  }

  private runFiles(): CleanUpJob {
    const keepsSeconds = this.config.retention.modelRunFilesDays * DAY;
    return {
      ...{ name: 'model-run-files', removes: 'Lists of images and predictions of pre-labelings and evaluations that ended so long ago; suggestions and figures stay.', setting: 'MODEL_RUN_FILES_DAYS', keepsSeconds },
      ...{ everySeconds: DAY, firstAfterSeconds: 10 * MINUTE, removesObjects: true },
      plan: (now) => this.amount(`select count(*)::int as count, coalesce(sum((predictions->>'sizeBytes')::float8), 0)::float8 as bytes ${OVER}`, secondsBefore(now, keepsSeconds)),
      run: (pass) => this.removeRunFiles(pass, keepsSeconds),
    };
  }

  /** First the objects: a row that is left is found again. */
  private async removeRunFiles({ now, mayGoOn }: CleanUpPass, keepsSeconds: number): Promise<CleanUpAmount> {
    let [count, bytes] = [0, 0];
    for (;;) {
      const rows: { id: string; key: string; bytes: number }[] = await this.dataSource.query(`select id, predictions->>'key' as key, coalesce((predictions->>'sizeBytes')::float8, 0) as bytes ${OVER} order by finished_at limit ${BATCH}`, [secondsBefore(now, keepsSeconds)]);
      await this.store.delete(rows.flatMap(({ id, key }) => [key, objectKeys.inferenceImages(id)]));
      await this.dataSource.query('update model_runs set predictions = null where id = any($1::uuid[])', [rows.map(({ id }) => id)]);
      count += rows.length;
      bytes += rows.reduce((sum, row) => sum + row.bytes, 0);
      if (rows.length < BATCH || !(await mayGoOn())) return { count, bytes };
    }
  }

  private async amount(sql: string, before: Date): Promise<CleanUpAmount> {
    const rows: CleanUpAmount[] = await this.dataSource.query(sql, [before]);
    return rows[0] ?? { count: 0, bytes: 0 };
  }
}

const secondsBefore = (now: Date, seconds: number): Date => new Date(now.getTime() - seconds * 1000);
