import { describe, expect, it } from 'vitest';
import { ConfigurationError, TrainingConfig } from './training-config.js';

const good = {
  NATS_URL: 'nats://training:hidden-password@127.0.0.1:4222',
  S3_ENDPOINT: 'http://127.0.0.1:9000',
  S3_BUCKET: 'vision',
  S3_ACCESS_KEY_ID: 'reader',
  S3_SECRET_ACCESS_KEY: 'hidden-secret',
  WORK_DIRECTORY: '/tmp/training',
};

describe('TrainingConfig', () => {
  it('reads what is set and fills in the rest; an empty variable counts as not set', () => {
    const config = TrainingConfig.read({ ...good, HEARTBEAT_SECONDS: '7', WORK_LIMIT_BYTES: '' });
    expect(config.watch).toEqual({ heartbeatMilliseconds: 7000, pollMilliseconds: 3000 });
    expect(config.folders.workLimitBytes).toBe(20 * 1024 ** 3);
    expect(config.store).toMatchObject({ region: 'auto', accessKeyId: 'reader' });
  });

  it.each([
    ['NATS_URL', 'http://hidden-value'],
    ['S3_ENDPOINT', 'hidden-value'],
    ['WORK_LIMIT_BYTES', 'hidden-value'],
    ['HEARTBEAT_SECONDS', '-12345'],
    ['HEALTH_PORT', '70000'],
    ['ENGINE', 'hidden-value'],
    ['LOG_LEVEL', 'hidden-value'],
  ])('names %s when its value is wrong, and never the value', (name, value) => {
    const read = (): TrainingConfig => TrainingConfig.read({ ...good, [name]: value });
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(name);
    expect(read).not.toThrow(value);
  });

  it('refuses the failpoints of tests in production', () => {
    expect(TrainingConfig.read({ ...good, NODE_ENV: 'test', FAILPOINTS_DIRECTORY: '/somewhere' }).failpointsDirectory).toBe('/somewhere');
    const production = { ...good, NODE_ENV: 'production', S3_SECRET_ACCESS_KEY: 'q8Zr2LmX0vBn4TcWk7Hs' };
    expect(() => TrainingConfig.read({ ...production, FAILPOINTS_DIRECTORY: '/somewhere' })).toThrow(/^FAILPOINTS_DIRECTORY/);
    expect(TrainingConfig.read(production).failpointsDirectory).toBeNull();
  });

  it('refuses weak secrets in production, and the name of the user as the password of NATS', () => {
    const read = (): TrainingConfig => TrainingConfig.read({ ...good, NODE_ENV: 'production', NATS_URL: 'nats://training:training@127.0.0.1:4222' });
    expect(read).toThrow(/^S3_SECRET_ACCESS_KEY: .*\nNATS_URL: /);
    expect(read).not.toThrow(/hidden-secret/);
  });

  it('names every variable that is missing', () => {
    expect(() => TrainingConfig.read({})).toThrow(/NATS_URL[\s\S]*S3_ENDPOINT[\s\S]*WORK_DIRECTORY/);
  });
});
