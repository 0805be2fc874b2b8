import { createServer, type Server, type ServerResponse } from 'node:http';
import { listenAt, stopListening } from '../listening.js';
import type { Metrics } from './metrics.js';

/** A port of its own for `GET /metrics` and nothing else: it is for the operator's network, not for users. */
export class MetricsServer {
  private server: Server | null = null;

  constructor(private readonly metrics: Pick<Metrics, 'text'>) {}

  /** Answers the port it listens on; port 0 takes a free one. Throws the listener's error, such as EADDRINUSE. */
  async listen(at: { readonly host: string; readonly port: number }): Promise<number> {
    const server = createServer({ maxHeaderSize: 8 * 1024, headersTimeout: 5_000, requestTimeout: 10_000 }, (request, response) => {
      const path = (request.url ?? '').split('?')[0];
      if (path !== '/metrics') return refuse(response, 404);
      if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
      void this.answer(response, request.method === 'HEAD');
    });
    this.server = server;
    const port = await listenAt(server, at);
    // A scraper keeps its connection open; it is no reason to go on living.
    server.unref();
    return port;
  }

  async close(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    await stopListening(server);
  }

  private async answer(response: ServerResponse, isHead: boolean): Promise<void> {
    try {
      const { text, contentType } = await this.metrics.text();
      response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' });
      response.end(isHead ? undefined : text);
    } catch {
      refuse(response, 503);
    }
  }
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...(status === 405 ? { allow: 'GET, HEAD' } : {}) });
  response.end();
}
