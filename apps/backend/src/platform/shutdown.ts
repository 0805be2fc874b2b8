import type { INestApplication } from '@nestjs/common';

/** Requests and messages in progress get so long. */
const BUDGET_MILLISECONDS = 12_000;

/** Stops in order on SIGTERM, SIGINT and when the launcher that started this process is gone. */
export function stopOnSignals(app: INestApplication): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), BUDGET_MILLISECONDS).unref();
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
}
