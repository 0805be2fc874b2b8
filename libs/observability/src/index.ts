export { armFailpoints } from './failpoint-files.js';
export { createLogger, withoutSecrets, type Logger, type LoggerOptions, type LogLevel } from './logger.js';
export { readableLine } from './readable-line.js';
export { NestLogger } from './nest-logger.js';
export { installShutdown, launcherIsGone, type Shutdown, type ShutdownOptions, type ShutdownStep } from './shutdown.js';
