// The backend as it is built, with routes more that ask the database for nothing: one as all of its own are, behind the global guard; the same without Nest, behind
// the check of the credential alone; and one for everybody. Started by annotation-writes.mjs with IPC.
import 'reflect-metadata';
import { setMaxListeners } from 'node:events';

const BACKEND = new URL('../../dist/backend/apps/backend/src/', import.meta.url);
const { BackendConfig } = await import(new URL('config/backend-config.js', BACKEND));
const { createApp } = await import(new URL('configure-app.js', BACKEND));
const { AppModule } = await import(new URL('app.module.js', BACKEND));
const { RequireScope } = await import(new URL('platform/auth/decorators.js', BACKEND));
const { CredentialVerifier } = await import(new URL('platform/auth/credential-verifier.js', BACKEND));
const { ZipShelf } = await import(new URL('modules/snapshot/application/zip-shelf.js', BACKEND));
const { ObjectStore } = await import(new URL('../../dist/backend/libs/object-store/src/index.js', import.meta.url));
const { Controller, Get, Inject } = await import('@nestjs/common');
const { DataSource } = await import('typeorm');

class BenchController {
  constructor(source) {
    this.source = source;
  }

  async one() {
    return { rows: await this.source.query('select 1 as one') };
  }
}
// Decorators, as TypeScript applies them.
Inject(DataSource)(BenchController, undefined, 0);
Controller({ path: 'bench', version: '1' })(BenchController);
for (const decorate of [Get('select-1'), RequireScope('read')]) decorate(BenchController.prototype, 'one', Object.getOwnPropertyDescriptor(BenchController.prototype, 'one'));

const withoutBench = AppModule.with;
AppModule.with = (config) => {
  const module = withoutBench(config);
  return { ...module, controllers: [...module.controllers, BenchController] };
};

const AHEAD = 8;

async function* oneBehindTheOther(store, keys, signal) {
  const waiting = [];
  for (const key of keys) {
    waiting.push(store.getBytes(key, 1_000_000, { signal }));
    if (waiting.length > AHEAD) yield await waiting.shift();
  }
  while (waiting.length > 0) yield await waiting.shift();
}

async function relay({ keys, to }) {
  const { signal } = new AbortController();
  setMaxListeners(50, signal);
  const store = app.get(ObjectStore, { strict: false });
  await store.upload(to, oneBehindTheOther(store, keys, signal), { contentType: 'application/zip', onlyIfAbsent: true, signal });
}

const app = await createApp(BackendConfig.read(process.env), { logger: false });
const source = app.get(DataSource);
const fastify = app.getHttpAdapter().getInstance();
fastify.get('/bench/select-1', async () => ({ rows: await source.query('select 1 as one') }));
const guard = app.get(CredentialVerifier, { strict: false });
fastify.get('/bench/guarded-select-1', async (request) => {
  if ((await guard.verify(request.headers.authorization.slice('Bearer '.length))) === null) throw new Error('not authenticated');
  return { rows: await source.query('select 1 as one') };
});
await app.startAllMicroservices();
await app.listen(0, '127.0.0.1');
process.once('disconnect', () => void app.close().finally(() => process.exit(0)));
// CPU of all threads, for who measures what a request costs; superseded zips, cleared as the sweeper does; and objects copied one behind the other into another one by this process's own client, with nothing
// made of them, for who measures what making a zip of them costs.
process.on('message', (message) => {
  if (message.relay === undefined && message.clearZips === undefined) return process.send({ cpu: process.cpuUsage() });
  const work = message.relay === undefined ? app.get(ZipShelf, { strict: false }).clear(new Date()) : relay(message.relay);
  work.then(
    (answer) => process.send({ answer }),
    (error) => process.send({ error: String(error) }),
  );
});
process.send({ url: await app.getUrl() });
