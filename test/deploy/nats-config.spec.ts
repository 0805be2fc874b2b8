import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { usersConf } from './nats-config.js';

it('gives the users of the cluster the rights of the embedded ones', async () => {
  await expect(usersConf()).toMatchFileSnapshot(join(process.cwd(), 'k8s/components/nats/users.conf'));
});

it('syncs each write, and lets nobody look at it from outside', () => {
  const config = readFileSync('k8s/components/nats/nats.conf', 'utf8');
  expect(config).toMatch(/^ {2}sync_interval: always$/m);
  expect(config).toMatch(/^http: "127\.0\.0\.1:8222"$/m);
  expect(config).not.toMatch(/no_auth_user|system_account/);
});
