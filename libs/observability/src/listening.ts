import type { Server } from 'node:http';

/** Answers the port that the server listens on; port 0 takes a free one. Throws the listener's error, such as EADDRINUSE. */
export async function listenAt(server: Server, at: { readonly host: string; readonly port: number }): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at.port, at.host, resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : at.port;
}

/** Cuts the connections that it still has. */
export async function stopListening(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
