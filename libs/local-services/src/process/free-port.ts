import { createServer } from 'node:net';
import { LocalServiceError } from './local-service-error.js';

/** A TCP port of 127.0.0.1 that nobody listens on now. Someone may take it before it is used: the caller must be ready to try another. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new LocalServiceError('The system gave no free port.');
  return address.port;
}

/** Why `host:port` cannot be listened on now, as one sentence; null when it can. `option` names what the person can change, for example `--port`. */
export async function portProblem(port: number, host: string, option: string): Promise<string | null> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
    return null;
  } catch (error) {
    return sentenceFor(error, { port, host, option });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

function sentenceFor(error: unknown, at: { port: number; host: string; option: string }): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'EADDRINUSE') return `Port ${at.port} of ${at.host} is in use by another program; end it, or choose another port with ${at.option}.`;
  if (code === 'EACCES') return `Port ${at.port} of ${at.host} is reserved for root; choose one above 1023 with ${at.option}.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `${at.host} is no address of this machine; --host takes one of its own, or 0.0.0.0 for all.`;
  return `Port ${at.port} of ${at.host} cannot be used (${code}).`;
}
