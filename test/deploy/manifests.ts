import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { manifestSchema, type Manifest } from './manifest-types.js';

/** An installation as somebody would apply it. */
export interface Variant {
  readonly name: string;
  readonly objects: readonly Manifest[];
}

const COMPONENTS = ['trainers', 'training-cache', 'nats', 'metrics', 'keda', 'otel'] as const;
type Component = (typeof COMPONENTS)[number];
const OLDEST_MINOR = 27;
/** What a person fills in: each value is random enough for production. */
export const FILLED: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://vision:q7Lm2Xv9Rk@db.example.com:5432/vision?sslmode=require',
  S3_ACCESS_KEY_ID: 'writer-4f1c',
  S3_SECRET_ACCESS_KEY: 'kY7pQ2mZ9vT4xB6nR1cW',
  S3_READONLY_ACCESS_KEY_ID: 'reader-9b2e',
  S3_READONLY_SECRET_ACCESS_KEY: 'hJ3sD8fG5aL0oU2iE7yP',
  JWT_SECRET: 'p3Vw9KdR5yUf1GjQe6Nz8Mb2Xa4Lc7Ho',
  ADMIN_PASSWORD: 'Tq8-vR2!mLx9-wB4',
  NATS_BACKEND_PASSWORD: 'n0a5c1e7d9f3b2a4c6e8',
  NATS_TRAINING_PASSWORD: 'n1b6d2f8e0a4c3b5d7f9',
  NATS_CONSUMER_PASSWORD: 'n2c7e3a9f1b5d4c6e8a0',
  NATS_ROUTE_PASSWORD: 'n3d8f4b0a2c6e5d7f9b1',
};
const OWN_NATS = 'NATS_URL=tls://backend:zR5xC2vB8n@nats.example.com:4222\nTRAINING_NATS_URL=tls://training:mQ9wE4rT1y@nats.example.com:4222\n';

/** Why `kubectl kustomize` cannot be asked; null when it can. */
export function kubectlProblem(): string | null {
  const asked = spawnSync('kubectl', ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  if (asked.status !== 0) return 'there is no kubectl';
  const minor = Number(/"minor":\s*"(\d+)/.exec(asked.stdout)?.[1] ?? '0');
  return minor >= OLDEST_MINOR ? null : `kubectl is older than 1.${OLDEST_MINOR}`;
}

/** Every installation that the repository offers: the overlays, production with each part alone, with all and with none. */
export function builtVariants(): Variant[] {
  const wanted: readonly (readonly Component[])[] = [['nats'], [...COMPONENTS], [], ...COMPONENTS.filter((one) => one !== 'nats').map((one) => ['nats', one] as const)];
  const build = { folder: mkdtempSync(join(tmpdir(), 'vision-k8s-')) };
  try {
    cpSync('k8s', join(build.folder, 'k8s'), { recursive: true });
    const prod = wanted.map((components) => ({ name: `prod with ${components.join(', ') || 'no component'}`, objects: production(build.folder, components) }));
    return [
      ...prod,
      { name: 'dev', objects: kustomize(join(build.folder, 'k8s/overlays/dev')) },
      { name: 'monitors', objects: kustomize(join(build.folder, 'k8s/components/metrics/monitors')) },
    ];
  } finally {
    rmSync(build.folder, { recursive: true, force: true });
  }
}

/** What is left without kubectl: the files as they are, without what kustomize would add. */
export function writtenFiles(): Variant {
  const files = readdirSync('k8s', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml') && !name.endsWith('kustomization.yaml'));
  return { name: 'the files', objects: files.flatMap((name) => objectsOf(readFileSync(join('k8s', name), 'utf8'))) };
}

export function objectsOf(text: string): Manifest[] {
  const documents = parseAllDocuments(text, { merge: true });
  return documents.map((one) => {
    if (one.errors.length > 0) throw new Error(String(one.errors[0]));
    return manifestSchema.parse(one.toJS());
  });
}

function production(folder: string, components: readonly Component[]): Manifest[] {
  const overlay = join(folder, 'k8s/overlays/prod');
  const kustomization = readFileSync('k8s/overlays/prod/kustomization.yaml', 'utf8');
  const chosen = COMPONENTS.reduce((text, one) => text.replace(new RegExp(`^  #?- (../../components/${one})$`, 'm'), components.includes(one) ? '  - $1' : '  #- $1'), kustomization);
  // Nothing but comments below `components:` is no list.
  writeFileSync(join(overlay, 'kustomization.yaml'), components.length === 0 ? chosen.replace(/^components:$/m, 'components: []') : chosen);
  writeFileSync(join(overlay, 'secrets.env'), filledSecrets(components.includes('nats')));
  return kustomize(overlay);
}

/** secrets.env.example as a person leaves it. */
function filledSecrets(withOwnBroker: boolean): string {
  const example = readFileSync('k8s/overlays/prod/secrets.env.example', 'utf8');
  const filled = example.replace(/^([A-Z0-9_]+)=.*$/gm, (line, name: string) => (FILLED[name] === undefined ? line : `${name}=${FILLED[name]}`));
  return withOwnBroker ? filled : filled.replace(/^NATS_.*\n/gm, '') + OWN_NATS;
}

function kustomize(folder: string): Manifest[] {
  const built = spawnSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stderr);
  return objectsOf(built.stdout);
}
