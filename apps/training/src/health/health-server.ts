import { createServer, type Server, type ServerResponse } from 'node:http';
import { listenAt, stopListening } from '@app/observability';
import { HealthChecks } from './health-checks.js';

/** `/health/live` and `/health/ready` for whoever starts the process. Nothing else is served here. */
export class HealthServer {
  private server: Server | null = null;

  constructor(private readonly checks: HealthChecks) {}

  /** Answers the port it listens on. */
  async listen(at: { readonly host: string; readonly port: number }): Promise<number> {
    const server = createServer((request, response) => {
      const path = (request.url ?? '').split('?')[0];
      if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, { status: 'method-not-allowed' });
      if (path === '/health/live') return this.checks.isFatal ? answer(response, 503, { status: 'fatal', parts: { broker: 'lost' } }) : answer(response, 200, { status: 'ok' });
      if (path === '/health/ready') return void this.ready(response);
      return answer(response, 404, { status: 'not-found' });
    });
    this.server = server;
    return listenAt(server, at);
  }

  async close(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    await stopListening(server);
  }

  private async ready(response: ServerResponse): Promise<void> {
    const parts = await this.checks.run();
    const isReady = parts.broker === 'up' && parts.store === 'up';
    answer(response, isReady ? 200 : 503, { status: isReady ? 'ok' : 'unavailable', parts });
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...(status === 503 ? { 'retry-after': '2' } : {}) });
  response.end(JSON.stringify(body));
}
