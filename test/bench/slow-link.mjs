// A link as between a browser and a far data centre, on loopback: a TCP proxy with a round trip and a rate that all connections share.
import { createServer, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Hands chunks on at their times, one after the other: timers alone do not keep the order. */
function inOrder(write) {
  let last = Promise.resolve();
  return (chunk, at) => {
    last = last.then(() => sleep(Math.max(0, at - performance.now()))).then(() => write(chunk));
  };
}

/** @returns {Promise<{ url: string, bytes: () => number, close: () => void }>} `url` stands for the target's origin behind the link. */
export async function slowLink(target, { roundTripMs, megabitsPerSecond }) {
  const { hostname, port } = new URL(target);
  const oneWay = roundTripMs / 2;
  const bytesPerMs = (megabitsPerSecond * 1e6) / 8 / 1000;
  let bytes = 0;
  let downFreeAt = 0;
  const server = createServer((client) => {
    // The handshake is a round trip before the first byte.
    const upstream = connect(Number(port), hostname);
    client.pause();
    setTimeout(() => client.resume(), roundTripMs);
    const up = inOrder((chunk) => upstream.writable && upstream.write(chunk));
    const down = inOrder((chunk) => client.writable && client.write(chunk));
    client.on('data', (chunk) => up(chunk, performance.now() + oneWay));
    upstream.on('data', (chunk) => {
      bytes += chunk.length;
      const now = performance.now();
      downFreeAt = Math.max(now, downFreeAt) + chunk.length / bytesPerMs;
      const wait = downFreeAt - now;
      // Not more under way than the link takes in 50 ms: the sender waits, as TCP makes it.
      if (wait > 50) {
        upstream.pause();
        setTimeout(() => upstream.resume(), wait - 50);
      }
      down(chunk, downFreeAt + oneWay);
    });
    for (const [one, other] of [[client, upstream], [upstream, client]]) {
      one.on('error', () => other.destroy());
      one.on('close', () => setTimeout(() => other.destroy(), roundTripMs + 1000));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, bytes: () => bytes, close: () => server.close() };
}
