// The other ways to a zip, in a process of their own for their CPU and memory. Started by snapshot-builds.mjs with IPC; one job a message.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const { S3ObjectStore } = await import(new URL('../../../dist/backend/libs/object-store/src/index.js', import.meta.url));
const { default: AdmZip } = await import('adm-zip');
const AHEAD = 8;
const store = new S3ObjectStore(JSON.parse(process.env.STORE));

/** The same objects by the same client: as many fetched ahead, the same parts, one SHA-256 as the client's upload makes it; no zip. */
async function* plainBytes(keys) {
  const waiting = [];
  for (const key of keys) {
    waiting.push(store.getBytes(key, 1_000_000));
    if (waiting.length > AHEAD) yield await waiting.shift();
  }
  while (waiting.length > 0) yield await waiting.shift();
}

const JOBS = {
  plain: async (keys, to) => void (await store.upload(to, plainBytes(keys))),
  // As the seed made a version: image after image into a zip in memory, then one PUT.
  seed: async (keys, to) => {
    const zip = new AdmZip();
    for (const key of keys) zip.addFile(`images/${key.split('/').at(-1)}`, Buffer.from(await store.getBytes(key, 1_000_000)));
    await store.put(to, zip.toBuffer());
  },
};

process.once('disconnect', () => process.exit(0));
process.send({ ready: true });
for (;;) {
  const [{ job, keys, to }] = await once(process, 'message');
  const [start, before] = [performance.now(), process.cpuUsage()];
  await JOBS[job](keys, to);
  const { user, system } = process.cpuUsage(before);
  const megabytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1000;
  process.send({ wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6, megabytes });
}
