import { ensureBucketCors, storeDoctor, storeIsFit, StoreMeter, type StoreCheck } from '@app/object-store';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { BackendConfig } from '../../config/backend-config.js';

/** The last examination of the store. */
export interface StoreExaminationResult {
  readonly state: 'off' | 'waiting' | 'running' | 'done';
  /** Null until it is done. */
  readonly fit: boolean | null;
  readonly checks: readonly StoreCheck[];
  readonly finishedAt: Date | null;
}

const NOT_YET: StoreExaminationResult = { state: 'waiting', fit: null, checks: [], finishedAt: null };
/** The requests of the first users go before. */
const AFTER_START_MILLISECONDS = 2_000;

/** Examines the store once, in the background after the start: nothing waits for it, and readiness does not depend on it. */
@Injectable()
export class StoreExamination implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(StoreExamination.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private result: StoreExaminationResult;

  constructor(
    private readonly config: BackendConfig,
    private readonly meter: StoreMeter,
  ) {
    this.result = config.storeCheck.enabled ? NOT_YET : { ...NOT_YET, state: 'off' };
  }

  get last(): StoreExaminationResult {
    return this.result;
  }

  onApplicationBootstrap(): void {
    if (!this.config.storeCheck.enabled) return;
    this.timer = setTimeout(() => {
      this.running = this.examine();
    }, AFTER_START_MILLISECONDS);
    this.timer.unref();
  }

  /** What it wrote is removed before the process ends. */
  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    await this.running;
  }

  private async examine(): Promise<void> {
    const { storeCheck } = this.config;
    const store = { ...this.config.store, meter: this.meter };
    this.result = { ...this.result, state: 'running' };
    if (storeCheck.setsCors && storeCheck.pageOrigins.length > 0) await ensureBucketCors(store, storeCheck.pageOrigins, 'set');
    const { pageOrigins, readonlyCredential } = storeCheck;
    const checks = await storeDoctor({ store, publicEndpoint: store.publicEndpoint, pageOrigins, depth: 'quick', ...(readonlyCredential === undefined ? {} : { readonlyCredential }) });
    this.result = { state: 'done', fit: storeIsFit(checks), checks, finishedAt: new Date() };
    const failed = checks.filter((check) => !check.ok).map((check) => check.id);
    if (failed.length === 0) this.logger.log(`the store was examined: ${checks.length} checks passed`);
    else this.logger.warn(`the store was examined: ${failed.join(', ')} failed. What to change: GET /api/v1/maintenance/store, or npm run doctor`);
  }
}
