// The seed's way to a version, in a process of its own for its CPU and memory: image after image into a zip in memory, then one PUT. Started by snapshot-builds.mjs with IPC.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const { S3ObjectStore } = await import(new URL('../../../dist/backend/libs/object-store/src/index.js', import.meta.url));
const { default: AdmZip } = await import('adm-zip');
const store = new S3ObjectStore(JSON.parse(process.env.STORE));

process.once('disconnect', () => process.exit(0));
process.send({ ready: true });
for (;;) {
  const [{ keys, to }] = await once(process, 'message');
  const [start, before] = [performance.now(), process.cpuUsage()];
  const zip = new AdmZip();
  for (const key of keys) zip.addFile(`images/${key.split('/').at(-1)}`, Buffer.from(await store.getBytes(key, 1_000_000)));
  await store.put(to, zip.toBuffer());
  const { user, system } = process.cpuUsage(before);
  const megabytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1000;
  process.send({ wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6, megabytes });
}
