import { Clock } from '@app/kernel';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { BackendConfig } from '../../../config/backend-config.js';
import type { CleanUpAmount, CleanUpJob } from '../../../platform/clean-up/clean-up-job.js';
import { CleanUps } from '../../../platform/clean-up/clean-ups.js';
import { PurgeDatasetsCommand } from '../application/commands/purge-datasets/purge-datasets.command.js';
import { SweepImageUploadsCommand } from '../application/commands/sweep-image-uploads/sweep-image-uploads.command.js';
import { SweepOrphansCommand } from '../application/commands/sweep-orphans/sweep-orphans.command.js';
import { SweepUploadsCommand } from '../application/commands/sweep-uploads/sweep-uploads.command.js';
import { ABANDONED_AFTER_SECONDS } from '../application/commands/sweep-uploads/sweep-uploads.handler.js';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

const TRASHED = 'select count(*)::int as count, coalesce(sum(image_bytes), 0)::float8 as bytes from datasets where deleted_at < $1';
const ANNOUNCED = 'select count(*)::int as count, coalesce(sum(size_bytes), 0)::float8 as bytes from image_uploads where created_at < $1';
const ABANDONED = `select count(*)::int as count, coalesce(sum(received_bytes), 0)::float8 as bytes from dataset_uploads
  where (state = 'open' and started_at < $1) or (state in ('receiving','validating','registering') and updated_at < $2)`;

/** What the dataset module removes by the clock. */
@Injectable()
export class DatasetCleanUps implements OnModuleInit {
  constructor(
    private readonly cleanUps: CleanUps,
    private readonly commands: CommandBus,
    private readonly dataSource: DataSource,
    private readonly config: BackendConfig,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.cleanUps.register(this.trash(), this.announcedImages(), this.orphanedImages(), this.abandonedUploads());
  }

  private trash(): CleanUpJob {
    const keepsSeconds = this.config.retention.trashDays * DAY;
    return {
      ...{ name: 'trash', removes: 'Datasets that have been in the trash for so long, with everything of theirs.', setting: 'TRASH_DAYS', keepsSeconds },
      ...{ everySeconds: HOUR, firstAfterSeconds: 5 * MINUTE, removesObjects: true },
      plan: (now) => this.amount(TRASHED, [secondsBefore(now, keepsSeconds)]),
      run: ({ mayGoOn }) => this.commands.execute(new PurgeDatasetsCommand(mayGoOn)),
    };
  }

  private announcedImages(): CleanUpJob {
    const keepsSeconds = this.config.retention.uploadHours * HOUR;
    const plan = (now: Date): Promise<CleanUpAmount> => this.amount(ANNOUNCED, [secondsBefore(now, keepsSeconds)]);
    return {
      ...{ name: 'announced-images', removes: 'Images that were announced so long ago, and what was put for them.', setting: 'UPLOAD_KEPT_HOURS', keepsSeconds },
      ...{ everySeconds: 10 * MINUTE, firstAfterSeconds: MINUTE, removesObjects: true, plan },
      run: async ({ now, mayGoOn }) => ({ bytes: (await plan(now)).bytes, count: await this.commands.execute(new SweepImageUploadsCommand(mayGoOn)) }),
    };
  }

  /** Lists every image of the installation: a thousand a call, once a day. */
  private orphanedImages(): CleanUpJob {
    return {
      ...{ name: 'orphaned-images', removes: 'Objects of images that no row knows, and bytes that were replaced and that no version has.', setting: null, keepsSeconds: DAY },
      ...{ everySeconds: DAY, firstAfterSeconds: 30 * MINUTE, removesObjects: true, plansByListing: true },
      plan: () => this.commands.execute(new SweepOrphansCommand(true)),
      run: ({ mayGoOn }) => this.commands.execute(new SweepOrphansCommand(false, mayGoOn)),
    };
  }

  private abandonedUploads(): CleanUpJob {
    const keepsSeconds = this.config.retention.uploadHours * HOUR;
    return {
      ...{ name: 'abandoned-uploads', removes: 'Uploads of zips whose process is gone, and those that were begun so long ago and not completed.', setting: 'UPLOAD_KEPT_HOURS', keepsSeconds },
      // No row names what it removes; and whoever waits for an upload to be opened again does not wait for a backup.
      ...{ everySeconds: MINUTE, firstAfterSeconds: 0, removesObjects: false },
      plan: (now) => this.amount(ABANDONED, [secondsBefore(now, keepsSeconds), secondsBefore(this.clock.now(), ABANDONED_AFTER_SECONDS)]),
      run: async ({ mayGoOn }) => ({ bytes: null, count: await this.commands.execute(new SweepUploadsCommand(mayGoOn)) }),
    };
  }

  private async amount(sql: string, parameters: readonly Date[]): Promise<CleanUpAmount> {
    const rows: CleanUpAmount[] = await this.dataSource.query(sql, [...parameters]);
    return rows[0] ?? { count: 0, bytes: 0 };
  }
}

const secondsBefore = (now: Date, seconds: number): Date => new Date(now.getTime() - seconds * 1000);
