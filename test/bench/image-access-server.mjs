// What stands behind an image's address in three designs: it presigns, it relays, it relays and keeps. Started by image-access.mjs with IPC.
import { createServer } from 'node:http';
import { createReadStream, createWriteStream, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const { S3ObjectStore, SigV4Presigner } = await import(new URL('../../dist/backend/libs/object-store/src/index.js', import.meta.url));
const options = JSON.parse(process.env.STORE);
const store = new S3ObjectStore(options);

async function relay(key, response) {
  const { body, sizeBytes } = await store.get(key);
  response.writeHead(200, { 'content-length': sizeBytes });
  await pipeline(body, response);
}

async function relayAndKeep(key, response) {
  const kept = join(process.env.CACHE, key.replaceAll('/', '_'));
  if (existsSync(kept)) return pipeline(createReadStream(kept), response);
  const { body } = await store.get(key);
  await pipeline(body, createWriteStream(`${kept}.part`));
  renameSync(`${kept}.part`, kept);
  return pipeline(createReadStream(kept), response);
}

const server = createServer((request, response) => {
  // Pages of another origin read it, too.
  response.setHeader('access-control-allow-origin', '*');
  const url = new URL(request.url, 'http://server');
  const work = {
    '/list': async () => {
      const presigner = new SigV4Presigner({ ...options, endpoint: url.searchParams.get('store') });
      response.end(JSON.stringify(JSON.parse(process.env.KEYS).map((key) => presigner.presignGet(key).url)));
    },
    '/relay': () => relay(url.searchParams.get('key'), response),
    '/kept': () => relayAndKeep(url.searchParams.get('key'), response),
  }[url.pathname];
  work().catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('message', (what) => {
  if (what === 'cpu') process.send({ cpu: process.cpuUsage() });
});
process.once('disconnect', () => process.exit(0));
