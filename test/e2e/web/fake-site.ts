import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { FakeApi, type FakeApiOptions } from '../../../apps/labeler/dev/fake-api.js';

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
/** As strict as the backend's own. */
const CONTENT_POLICY = "default-src 'self'; img-src 'self' blob: data:; connect-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

export interface FakeSite {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** The built page before the API from memory, under the headers that the backend sends. */
export async function serveFake(folder: string, options: FakeApiOptions = {}): Promise<FakeSite> {
  const api = new FakeApi(options);
  const server = createServer((request, response) => {
    if (!api.handle(request, response)) void sendFile(folder, new URL(request.url ?? '/', 'http://fake').pathname, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${portOf(server)}`, close: () => closeServer(server) };
}

async function sendFile(folder: string, path: string, response: ServerResponse): Promise<void> {
  const name = extname(path) === '' ? 'index.html' : normalize(path).replace(/^\/+/, '');
  const bytes = await readFile(join(folder, name)).catch(() => null);
  if (bytes === null) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', 'content-security-policy': CONTENT_POLICY, 'x-content-type-options': 'nosniff' }).end(bytes);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
