import { describe, expect, it } from 'vitest';
import { BackendConfig, ConfigurationError } from './backend-config.js';

const ENVIRONMENT = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://vision@127.0.0.1/vision',
  NATS_URL: 'nats://127.0.0.1:4222',
  S3_ENDPOINT: 'http://127.0.0.1:9000',
  S3_BUCKET: 'vision',
  S3_ACCESS_KEY_ID: 'key',
  S3_SECRET_ACCESS_KEY: 'q8Zr2LmX0vBn4TcWk7Hs',
  JWT_SECRET: 'p3Vw9KdR5yUf1GjQe6Nz8Mb2Xa4Lc7Ho',
};

describe('failpoints', () => {
  it('are for tests: production refuses their folder by name', () => {
    expect(BackendConfig.read(ENVIRONMENT).failpointsDirectory).toBeNull();
    expect(() => BackendConfig.read({ ...ENVIRONMENT, FAILPOINTS_DIRECTORY: '/somewhere' })).toThrow(ConfigurationError);
    expect(() => BackendConfig.read({ ...ENVIRONMENT, FAILPOINTS_DIRECTORY: '/somewhere' })).toThrow(/FAILPOINTS_DIRECTORY/);
    expect(BackendConfig.read({ ...ENVIRONMENT, NODE_ENV: 'test', FAILPOINTS_DIRECTORY: '/somewhere' }).failpointsDirectory).toBe('/somewhere');
  });
});

describe('production', () => {
  it.each([
    ['JWT_SECRET', 'change-me-q8Zr2LmX0vBn4TcWk7Hs0123'],
    ['JWT_SECRET', 'q8Zr2LmX0vBn4Tc'],
    ['S3_SECRET_ACCESS_KEY', 'minioadmin'],
    ['ADMIN_PASSWORD', 'my-first-password'],
    ['DATABASE_URL', 'postgres://postgres:postgres@127.0.0.1/vision'],
    ['NATS_URL', 'nats://backend:backend@127.0.0.1:4222'],
  ])('refuses a weak %s, and never says it', (name, value) => {
    const read = (): BackendConfig => BackendConfig.read({ ...ENVIRONMENT, [name]: value });
    expect(read).toThrow(new RegExp(`^${name}: `));
    expect(read).not.toThrow(value);
  });

  it('refuses two secrets that are equal; elsewhere they may be', () => {
    const same = { ...ENVIRONMENT, S3_SECRET_ACCESS_KEY: ENVIRONMENT.JWT_SECRET };
    expect(() => BackendConfig.read(same)).toThrow(/^S3_SECRET_ACCESS_KEY: .* JWT_SECRET$/);
    expect(BackendConfig.read({ ...same, NODE_ENV: 'development' }).isProduction).toBe(false);
  });

  it('says everything that is missing and weak at once', () => {
    const { DATABASE_URL: _, S3_BUCKET: __, ...rest } = ENVIRONMENT;
    expect(() => BackendConfig.read({ ...rest, JWT_SECRET: 'a'.repeat(40), PORT: 'x' })).toThrow(/^PORT: .*\nDATABASE_URL: is not set \(.*\)\nS3_BUCKET: is not set \(.*\)\nJWT_SECRET: .*$/);
  });
});
