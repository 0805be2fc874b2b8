import { AsyncLocalStorage } from 'node:async_hooks';

/** What goes along with one request or one message, end to end. */
export interface RequestContextData {
  readonly requestId: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly userId?: string;
}

const storage = new AsyncLocalStorage<RequestContextData>();

export const RequestContext = {
  run<T>(data: RequestContextData, work: () => T): T {
    return storage.run(data, work);
  },
  current(): RequestContextData | undefined {
    return storage.getStore();
  },
};
