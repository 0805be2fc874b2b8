import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isReady } from './backend-replica.js';

const LOOK_MILLISECONDS = 200;

export interface Balancer {
  readonly url: string;
  /** Requests that a replica broke off or refused to take: what a client would see as 502. */
  readonly broken: string[];
  /** By replica. */
  readonly answered: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/**
 * A load balancer as plain as one can be: in turn to those that said when they were last asked, a fifth of a second ago, that they are ready, over connections that it keeps, and
 * nothing is ever tried a second time. What it hides from its clients would be the replicas' fault.
 */
export async function startBalancer(replicas: readonly string[]): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  const broken: string[] = [];
  const answered = new Map<string, number>(replicas.map((url) => [url, 0]));
  const isUp = new Set<string>();
  let turn = 0;
  let isClosed = false;
  const look = async (url: string): Promise<void> => {
    if (await isReady(url)) isUp.add(url);
    else isUp.delete(url);
  };
  await Promise.all(replicas.map(look));
  const looking = replicas.map(async (url) => {
    for (; !isClosed; await sleep(LOOK_MILLISECONDS)) await look(url);
  });

  const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    const ready = replicas.filter((url) => isUp.has(url));
    const target = ready[(turn += 1) % Math.max(1, ready.length)];
    if (target === undefined) return void outgoing.writeHead(503, { 'retry-after': '1' }).end();
    const forwarded = request(`${target}${incoming.url ?? ''}`, { method: incoming.method ?? 'GET', headers: incoming.headers, agent }, (answer) => {
      answered.set(target, (answered.get(target) ?? 0) + 1);
      const { connection: _, ...headers } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, headers);
      answer.pipe(outgoing);
      answer.once('error', (error) => fail(error));
    });
    const fail = (error: Error): void => {
      broken.push(`${incoming.method ?? ''} ${incoming.url ?? ''}: ${error.message}`);
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end();
    };
    forwarded.once('error', fail);
    incoming.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    broken,
    answered,
    close: async () => {
      isClosed = true;
      await Promise.all(looking);
      server.closeAllConnections();
      agent.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
