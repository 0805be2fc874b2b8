/** The little that this library says; pino and Nest's logger both fit. */
export interface MessagingLog {
  debug(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export const silentLog: MessagingLog = { debug: () => undefined, warn: () => undefined, error: () => undefined };

/** The text of an unknown thrown value. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
