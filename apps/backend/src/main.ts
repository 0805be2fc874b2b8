import 'reflect-metadata';
import { hostname } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { armFailpoints, createLogger, installCrashLog, NestLogger, startTracing, withoutSecrets } from '@app/observability';
import { BackendConfig, ConfigurationError } from './config/backend-config.js';
import { createApp } from './configure-app.js';
import { stopOnSignals } from './platform/shutdown.js';

/**
 * Uploads and imports make much garbage that dies old: left alone, V8 lets the heap double before it looks. A quarter more is what it may grow between two looks,
 * which keeps a gigabyte upload below the memory that is promised, for some per cent of CPU.
 */
setFlagsFromString('--heap-growing-percent=25');

/** sysexits.h EX_CONFIG: a restart does not help. */
const EXIT_CONFIG = 78;

async function main(): Promise<void> {
  const config = BackendConfig.read(process.env);
  if (config.failpointsDirectory !== null) armFailpoints(config.failpointsDirectory);
  const logger = createLogger({ name: 'backend', level: config.logLevel, secrets: config.secrets });
  installCrashLog(logger);
  await startTracing({ service: 'vision-backend', instance: `${hostname()}:${process.pid}`, ...config.tracing, warn: (message) => logger.warn(message) });
  const app = await createApp(config, { logger: new NestLogger(logger) });
  stopOnSignals(app, config.shutdownNoticeMilliseconds);
  await app.startAllMicroservices();
  await app.listen(config.listen.port, config.listen.host);
}

try {
  await main();
} catch (error) {
  const configuration = error instanceof ConfigurationError;
  process.stderr.write(`The backend cannot start. ${withoutSecrets(error instanceof Error ? error.message : String(error))}\n`);
  process.exit(configuration ? EXIT_CONFIG : 1);
}
