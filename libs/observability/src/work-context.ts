import { AsyncLocalStorage } from 'node:async_hooks';

/** What goes along with one request or one message, end to end: through logs, outbox, broker and workers. */
export interface WorkContextData {
  readonly correlationId: string;
  /** Id of the event that this is a reaction to. */
  readonly causationId?: string;
  readonly requestId?: string;
  readonly userId?: string;
}

const storage = new AsyncLocalStorage<WorkContextData>();

export const WorkContext = {
  run<T>(data: WorkContextData, work: () => T): T {
    return storage.run(data, work);
  },
  /** Undefined in work that nobody asked for, such as a sweep. */
  current(): WorkContextData | undefined {
    return storage.getStore();
  },
};

const CORRELATION = /^[\w.:-]{1,128}$/;

/** The id that somebody sent along, where it has the form of one; else null. It is written to logs as it is. */
export function givenCorrelation(value: unknown): string | null {
  return typeof value === 'string' && CORRELATION.test(value) ? value : null;
}
