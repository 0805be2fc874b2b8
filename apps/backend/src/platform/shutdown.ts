import type { Server } from 'node:http';
import { launcherIsGone } from '@app/observability';
import type { INestApplication } from '@nestjs/common';
import { Leaving } from './health/leaving.js';

/** Requests in progress get so long; then their connections are cut: an upload without an end is no reason not to stop. */
const REQUESTS_MILLISECONDS = 8_000;
/** All in all, behind the notice: messages in progress, and what cut requests clean up. Whoever ends this process gives it more (terminationGracePeriodSeconds). */
export const STOP_BUDGET_MILLISECONDS = 12_000;

/**
 * Stops in order on SIGTERM, SIGINT and when the launcher that started this process is gone: for the time of the notice it says that it is not ready and
 * answers all the same, since a load balancer needs a while to hear it; then it takes nothing new, ends what is in progress and exits with 0.
 */
export function stopOnSignals(app: INestApplication, noticeMilliseconds: number): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    app.get(Leaving).begin();
    setTimeout(() => close(app), launcherIsGone() ? 0 : noticeMilliseconds);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
  if (launcherIsGone()) stop();
}

function close(app: INestApplication): void {
  app.get(Leaving).close();
  setTimeout(() => process.exit(1), STOP_BUDGET_MILLISECONDS).unref();
  setTimeout(() => (app.getHttpServer() as Server).closeAllConnections(), REQUESTS_MILLISECONDS).unref();
  app.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
}
