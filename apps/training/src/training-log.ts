/** What the service says to its operator; pino fits. Lines about one job go to the job's own log as well. */
export interface TrainingLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export const silentLog: TrainingLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The text of an unknown thrown value. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
