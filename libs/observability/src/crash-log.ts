import type { Logger } from 'pino';

/**
 * What nobody caught ends the process, as it does anyway, but is told as a line of the log: Node's own report shows all fields of an error, and those of a failed
 * statement are its parameters. Whoever started the process starts it again.
 */
export function installCrashLog(logger: Pick<Logger, 'fatal'>, exit: (code: number) => void = (code) => process.exit(code)): void {
  process.on('uncaughtException', (error, origin) => {
    logger.fatal({ err: error, origin }, `crashed: ${error.message}`);
    exit(1);
  });
}
