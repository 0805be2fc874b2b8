import 'reflect-metadata';
import { armFailpoints, createLogger, installCrashLog, installShutdown, startTracing, withoutSecrets } from '@app/observability';
import { ConfigurationError, TrainingConfig } from './config/training-config.js';
import { startTrainingService } from './training-service.js';

/** sysexits.h EX_CONFIG: a restart does not help. */
const EXIT_CONFIG = 78;

async function main(): Promise<void> {
  const config = TrainingConfig.read(process.env);
  if (config.failpointsDirectory !== null) armFailpoints(config.failpointsDirectory);
  const logger = createLogger({ name: 'training', level: config.logLevel, secrets: config.secrets });
  installCrashLog(logger);
  await startTracing({ service: 'vision-training', instance: config.workerId, ...config.tracing, warn: (message) => logger.warn(message) });
  const service = await startTrainingService(config, logger);
  installShutdown({ steps: service.shutdownSteps, logger });
  logger.info(`The training service ${config.workerId} waits for jobs; health on port ${service.healthPort}.`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`The training service cannot start. ${withoutSecrets(error instanceof Error ? error.message : String(error))}\n`);
  process.exit(error instanceof ConfigurationError ? EXIT_CONFIG : 1);
}
