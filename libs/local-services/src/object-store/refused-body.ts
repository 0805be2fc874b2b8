import type { IncomingMessage, ServerResponse } from 'node:http';

/** So much of a refused body is read and thrown away: a client that hears nothing until it has sent everything then still learns why. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_MILLISECONDS = 5_000;

/** Reads what is left of the body, within bounds; beyond them the connection is cut. */
export function discardRest(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || request.destroyed) return;
  // Who waits for leave to send the body will not send it now; what comes next on the connection would be taken for it.
  if (request.headers.expect !== undefined) {
    response.setHeader('connection', 'close');
    return;
  }
  const cut = (): void => void request.socket.destroy();
  const timer = setTimeout(cut, MOST_MILLISECONDS);
  let left = MOST_BYTES;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) cut();
  });
  request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
  request.resume();
}
