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
