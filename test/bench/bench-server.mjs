// The backend as it is built, with two routes more: what a request costs that asks the database for nothing, without and with the guard. Started by annotation-writes.mjs with IPC.
import 'reflect-metadata';

const BACKEND = new URL('../../dist/backend/apps/backend/src/', import.meta.url);
const { BackendConfig } = await import(new URL('config/backend-config.js', BACKEND));
const { createApp } = await import(new URL('configure-app.js', BACKEND));
const { DataSource } = await import('typeorm');

const app = await createApp(BackendConfig.read(process.env), { logger: false });
const source = app.get(DataSource);
app.getHttpAdapter().getInstance().get('/bench/select-1', async () => ({ rows: await source.query('select 1 as one') }));
const { CredentialVerifier } = await import(new URL('platform/auth/credential-verifier.js', BACKEND));
const guard = app.get(CredentialVerifier, { strict: false });
app.getHttpAdapter().getInstance().get('/bench/guarded-select-1', async (request) => {
  if ((await guard.verify(request.headers.authorization.slice('Bearer '.length))) === null) throw new Error('not authenticated');
  return { rows: await source.query('select 1 as one') };
});
await app.startAllMicroservices();
await app.listen(0, '127.0.0.1');
process.once('disconnect', () => void app.close().finally(() => process.exit(0)));
// CPU of all threads, for who measures what a request costs.
process.on('message', () => process.send({ cpu: process.cpuUsage() }));
process.send({ url: await app.getUrl() });
