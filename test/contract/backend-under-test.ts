import type { Server } from 'node:http';
import 'reflect-metadata';
import { createTestDatabase, testServices } from '@app/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { BackendConfig } from '../../apps/backend/src/config/backend-config.js';
import { createApp } from '../../apps/backend/src/configure-app.js';

export const ADMIN = { email: 'admin@vision.test', password: 'a-long-first-password' };

export interface BackendUnderTest {
  readonly app: NestFastifyApplication;
  readonly databaseUrl: string;
  readonly url: string;
  close(): Promise<void>;
}

const REQUESTS_MILLISECONDS = 1_000;

/** The backend as main.ts makes it, on the shared test services and a database of its own. */
export async function startBackend(overrides: Record<string, string> = {}): Promise<BackendUnderTest> {
  const { natsUrl, store } = testServices();
  const database = await createTestDatabase();
  const config = BackendConfig.read({
    NODE_ENV: 'test',
    DATABASE_URL: database.url,
    NATS_URL: natsUrl,
    S3_ENDPOINT: store.endpoint,
    S3_BUCKET: store.bucket,
    S3_ACCESS_KEY_ID: store.accessKeyId,
    S3_SECRET_ACCESS_KEY: store.secretAccessKey,
    JWT_SECRET: 'jwt-secret-of-the-tests-0123456789abcdef',
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    LOG_LEVEL: 'silent',
    // Their program is JavaScript, which only some tests build.
    IMAGE_WORKERS: '0',
    // Others look at everything in the store that they share.
    STORE_CHECK: 'off',
    ...overrides,
  });
  const app = await createApp(config, { logger: false });
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  return {
    app,
    databaseUrl: database.url,
    url: await app.getUrl(),
    close: async () => {
      // As main.ts does after some seconds: an answer that a test left unread is no reason not to stop.
      setTimeout(() => (app.getHttpServer() as Server).closeAllConnections(), REQUESTS_MILLISECONDS).unref();
      await app.close();
      await database.drop();
    },
  };
}
