import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { READERS, refusal } from './environment-rules.js';
import { FILLED } from './manifests.js';

const serviceSchema = z.looseObject({
  image: z.string(),
  environment: z.record(z.string(), z.string()).default({}),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  networks: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).default([]),
  stop_grace_period: z.string().optional(),
});
const composeSchema = z.looseObject({ services: z.record(z.string(), serviceSchema), networks: z.record(z.string(), z.looseObject({})) });
const compose = composeSchema.parse(parse(readFileSync('docker/compose.yaml', 'utf8'), { merge: true }));
const services = Object.entries(compose.services);
const OURS = ['backend', 'training', 'web', 'migrate'];

/** compose.env.example as a person leaves it: every empty value has got a random one. */
const example = Object.fromEntries([...readFileSync('docker/compose.env.example', 'utf8').matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
const filled: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(example).map(([name, value]) => [name, value !== '' || name === 'STRICT_TRANSPORT_SECURITY' ? value : (FILLED[name] ?? `n${name.length}kY7pQ2mZ9vT4xB6nR1cW`)]),
);

/** As compose fills them in: `${NAME:?}` must not be empty, `${NAME:-}` may. */
function interpolated(text: string): string {
  return text.replace(/\$\{(\w+):([?-])\}/g, (_, name: string, kind: string) => {
    const value = filled[name];
    if (value === undefined || (value === '' && kind === '?')) throw new Error(`${name} is not in compose.env.example`);
    return value;
  });
}

describe('compose.yaml', () => {
  it('gives each program an environment that it starts with, and nothing that it does not read', () => {
    const readers = { backend: READERS['backend'], migrate: READERS['migrate'], training: READERS['training'], web: READERS['labeler'] };
    for (const [name, reader] of Object.entries(readers)) {
      if (reader === undefined) throw new Error(`there is no reader for ${name}`);
      const environment = Object.fromEntries(Object.entries(compose.services[name]?.environment ?? {}).map(([key, value]) => [key, interpolated(value)]));
      const unknown = Object.keys(environment).filter((key) => !reader.known.includes(key) && key !== 'NODE_OPTIONS');
      expect([name, unknown, refusal(reader.read, environment)]).toEqual([name, [], []]);
    }
  });

  it('asks for nothing that the example does not name, and the example for nothing else', () => {
    const text = readFileSync('docker/compose.yaml', 'utf8');
    expect(new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name))).toEqual(new Set(Object.keys(example)));
  });

  it('keeps our programs from writing to their images and from rights, and pins every image', () => {
    for (const [name, service] of services) {
      expect([name, service.image]).toEqual([name, expect.stringMatching(/:(?!latest$)[^:]+$/)]);
      if (!OURS.includes(name) && name !== 'nats') continue;
      expect([name, service.read_only, service.cap_drop, service.security_opt]).toEqual([name, true, ['ALL'], ['no-new-privileges:true']]);
    }
  });

  it('opens the page and the store, on this machine only', () => {
    const open = services.flatMap(([name, { ports }]) => ports.map((port) => `${name} ${port}`));
    expect(open).toEqual(['store 127.0.0.1:9000:9000', 'web 127.0.0.1:3000:8080']);
    for (const name of ['postgres', 'nats']) expect([name, compose.services[name]?.networks]).toEqual([name, ['inside']]);
    expect(compose.networks['inside']).toMatchObject({ internal: true });
  });

  it('gives the read-write pair of the store to the backend only', () => {
    const holds = services.filter(([, { environment }]) => JSON.stringify(environment).includes('${S3_SECRET_ACCESS_KEY'));
    expect(holds.map(([name]) => name).sort()).toEqual(['backend', 'store-setup']);
  });
});
