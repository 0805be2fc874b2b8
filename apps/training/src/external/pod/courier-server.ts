import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AttemptFailure } from '../../jobs/attempt-errors.js';
import { assertSize, chunksOf, openInside } from '../output-files.js';

export interface CourierOptions {
  /** Of the trainer's files. */
  readonly folder: string;
  readonly token: string;
  /** The worker has all that it wants. */
  readonly onDone: () => void;
}

const FILES = '/files/';

/** Hands a trainer's files to the worker that runs the job: the pod itself has no credential for anything. */
export class CourierServer {
  private readonly server: Server;

  constructor(private readonly options: CourierOptions) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  /** Answers the port it listens on. */
  async listen(at: { readonly host: string; readonly port: number }): Promise<number> {
    await new Promise<void>((resolve, reject) => this.server.once('error', reject).listen(at.port, at.host, resolve));
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : at.port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.isKnown(request)) return say(response, 401, 'unknown');
    const path = request.url ?? '';
    if (request.method === 'POST' && path === '/done') {
      say(response, 200, 'ok');
      return this.options.onDone();
    }
    if (request.method !== 'GET' || !path.startsWith(FILES)) return say(response, 404, 'not-found');
    await this.give(path.slice(FILES.length), response);
  }

  private async give(encoded: string, response: ServerResponse): Promise<void> {
    let name = '';
    try {
      name = decodeURIComponent(encoded);
      const file = await openInside(this.options.folder, name);
      try {
        const { size } = await file.stat();
        assertSize(name, size);
        response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size });
        await pipeline(chunksOf(file, size), response);
      } finally {
        await file.close();
      }
    } catch (error) {
      if (response.headersSent) response.destroy();
      else say(response, error instanceof AttemptFailure || error instanceof URIError ? 422 : 500, error instanceof AttemptFailure ? error.detail : 'the file cannot be read');
    }
  }

  private isKnown(request: IncomingMessage): boolean {
    const given = Buffer.from(request.headers.authorization ?? '');
    const wanted = Buffer.from(`Bearer ${this.options.token}`);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}

function say(response: ServerResponse, status: number, detail: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ detail }));
}
