import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const LIBS = ['kernel', 'contracts', 'messaging', 'object-store', 'archive', 'dice-format', 'dataset-formats', 'local-services', 'configuration', 'observability', 'testing'];
const alias = Object.fromEntries(
  LIBS.map((name) => [`@app/${name}`, fileURLToPath(new URL(`./libs/${name}/src/index.ts`, import.meta.url))]),
);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * The tiers: `unit` has no service, `int` has real Postgres / NATS / object store in this process,
 * `e2e` drives the built product as separate processes, `web` the pages in a browser before an API from memory. `deep` are the long drills of `npm run test:deep`.
 */
export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        resolve: { alias },
        test: { name: 'unit', include: ['{libs,apps,test}/**/*.spec.{ts,tsx}'], testTimeout: 30_000 },
      },
      {
        resolve: { alias },
        test: {
          name: 'int',
          include: ['{libs,apps,test}/**/*.int-spec.ts'],
          globalSetup: [here('./libs/testing/src/global-setup.ts')],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e-spec.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // They wait more than they work: two at a time take little more than the longer one.
          maxWorkers: 2,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'web',
          include: ['test/**/*.web-spec.ts'],
          globalSetup: [here('./test/e2e/web/page-build.global-setup.ts')],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'deep',
          include: ['{libs,apps,test}/**/*.deep-spec.ts'],
          globalSetup: [here('./libs/testing/src/global-setup.ts')],
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
