import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it reached the store. */
export interface StoreRequest {
  readonly method: string;
  /** Key with its bucket in front, without the query. */
  readonly path: string;
  /** Access key that signed it, in the header or in the URL. */
  readonly accessKeyId: string;
}

export interface StoreProxy {
  readonly endpoint: string;
  /** Everything that was asked since the start, oldest first. */
  readonly log: readonly StoreRequest[];
  /** Called before a request goes on to the store; it waits for the promise. Never resolving is a store that hangs, rejecting one that is away. */
  before: (request: StoreRequest) => Promise<void> | void;
  close(): Promise<void>;
}

/** A real store behind a door of the test's: it keeps the book of requests, and may hold each one back. */
export async function startStoreProxy(storePort: number): Promise<StoreProxy> {
  const log: StoreRequest[] = [];
  const server = createServer((request, response) => void pass(request, response));
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const facts = factsOf(request);
    log.push(facts);
    try {
      await proxy.before(facts);
    } catch {
      response.destroy();
      return;
    }
    const onward = httpRequest({ host: '127.0.0.1', port: storePort, method: request.method, path: request.url, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      // A connection that breaks breaks here too.
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.on('error', () => onward.destroy());
    request.pipe(onward);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: StoreProxy = {
    endpoint: `http://127.0.0.1:${port}`,
    log,
    before: () => undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

function factsOf(request: IncomingMessage): StoreRequest {
  const url = new URL(request.url ?? '/', 'http://store');
  const credential = url.searchParams.get('X-Amz-Credential') ?? /Credential=([^,]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  return { method: request.method ?? 'GET', path: decodeURIComponent(url.pathname), accessKeyId: credential.split('/')[0] ?? '' };
}
