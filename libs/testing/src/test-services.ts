import { inject } from 'vitest';

/** Addresses of the real servers that the `int` project shares. Each spec file makes its own database and its own key prefix or stream. */
export interface TestServices {
  /** Superuser of the shared Postgres. */
  readonly postgresUrl: string;
  /** A NATS user without restrictions. */
  readonly natsUrl: string;
  readonly store: TestStore;
}

export interface TestStore {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly readonlyAccessKeyId: string;
  readonly readonlySecretAccessKey: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    natsUrl: string;
    store: TestStore | null;
  }
}

/** What global-setup.ts started. Only in the `int` project of vitest. */
export function testServices(): TestServices {
  return {
    postgresUrl: inject('postgresUrl'),
    natsUrl: inject('natsUrl'),
    get store(): TestStore {
      const store = inject('store');
      if (store === null) throw new Error('The object store is not a part of @app/local-services yet.');
      return store;
    },
  };
}
