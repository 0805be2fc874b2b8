import { readFileSync } from 'node:fs';
import { METRICS } from '@app/observability';
import { describe, expect, it } from 'vitest';
import { STOP_BUDGET_MILLISECONDS as BACKEND_STOP } from '../../apps/backend/src/platform/shutdown.js';
import { LONGEST_STOP_MILLISECONDS as TRAINING_STOP } from '../../apps/training/src/stop-budgets.js';
import { brokenEnvironments, environmentOf } from './environment-rules.js';
import { ofKind, workloadsOf, type Manifest, type Workload } from './manifest-types.js';
import { builtVariants, FILLED, kubectlProblem } from './manifests.js';
import { egressOf, emptyNetworkRules, ingressOf } from './network-rules.js';
import { brokenPodRules, bytesOf } from './pod-rules.js';
import { brokenReferences } from './reference-rules.js';

const problem = kubectlProblem();
if (problem !== null) process.stdout.write(`SKIPPED: the rules of built installations, because ${problem}.\n`);
const variants = problem === null ? builtVariants() : [];
const installations = variants.filter(({ name }) => name !== 'monitors').map((one) => [one.name, one.objects] as const);
const objectsOf = (name: string): readonly Manifest[] => variants.find((one) => one.name === name)?.objects ?? [];
const workload = (objects: readonly Manifest[], name: string): Workload => {
  const found = workloadsOf(objects).find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};
const ALL = 'prod with trainers, training-cache, nats, metrics, keda, otel';

describe.skipIf(problem !== null).each(installations)('%s', (_, objects) => {
  it('runs every pod without root, privileges, a writable root or a token, within limits', () => {
    expect(brokenPodRules(objects)).toEqual([]);
  });

  it('names nothing that is not there', () => {
    expect(brokenReferences(objects)).toEqual([]);
    expect(emptyNetworkRules(objects)).toEqual([]);
  });

  it('gives each program an environment that it starts with, and nothing that it does not read', () => {
    expect(brokenEnvironments(objects)).toEqual([]);
  });

  it('lets no secret out of the Secret', () => {
    const rest = JSON.stringify(objects.filter(({ kind }) => kind !== 'Secret'));
    expect(Object.values(FILLED).filter((value) => rest.includes(value) || rest.includes(Buffer.from(value).toString('base64')))).toEqual([]);
  });
});

describe.skipIf(problem !== null)('the installation', () => {
  it('lets a worker reach NATS, the store and names, and nobody reach it', () => {
    const names = ['169.254.20.10/32:53', '169.254.20.10/32:53/udp', 'kube-system:53', 'kube-system:53/udp'];
    expect(egressOf(objectsOf('prod with nats'), 'vision-training')).toEqual([...names, 'outside:443', 'vision-nats:4222'].sort());
    expect(ingressOf(objectsOf('prod with nats'), 'vision-training')).toEqual([]);
    expect(egressOf(objectsOf('prod with no component'), 'vision-training')).toEqual([...names, 'anywhere:4222', 'outside:443'].sort());
    expect(egressOf(objectsOf('prod with nats, otel'), 'vision-training')).toEqual([...names, 'observability:4318', 'outside:443', 'vision-nats:4222'].sort());
    expect(egressOf(objectsOf(ALL), 'vision-trainer-launcher')).toEqual([...names, 'anywhere:443', 'anywhere:6443', 'observability:4318', 'vision-nats:4222', 'vision-trainers/vision-trainer:8181'].sort());
    expect(egressOf(objectsOf(ALL), 'vision-trainer')).toEqual([...names, 'outside:443'].sort());
    expect(egressOf(objectsOf(ALL), 'vision-labeler')).toEqual([]);
  });

  it('says who may reach the backend and NATS', () => {
    expect(ingressOf(objectsOf('prod with nats'), 'vision-backend')).toEqual(['ingress-nginx:http']);
    expect(ingressOf(objectsOf(ALL), 'vision-backend')).toEqual(['ingress-nginx:http', 'monitoring:metrics']);
    expect(ingressOf(objectsOf(ALL), 'vision-nats')).toEqual(['vision-backend|vision-training|vision-trainer-launcher:client', 'vision-nats:cluster']);
    expect(ingressOf(objectsOf('dev'), 'vision-standalone')).toEqual([]);
  });

  it('gives the read-write pair of the store and the backend’s NATS user to the backend only', () => {
    for (const { name, pod } of workloadsOf(objectsOf(ALL))) {
      const values = pod.containers.flatMap((one) => Object.values(environmentOf(one, objectsOf(ALL)))).join(' ');
      const holds = ['S3_SECRET_ACCESS_KEY', 'JWT_SECRET', 'NATS_BACKEND_PASSWORD'].filter((key) => values.includes(FILLED[key] ?? ''));
      expect([name, holds]).toEqual([name, name === 'vision-backend' ? ['S3_SECRET_ACCESS_KEY', 'JWT_SECRET', 'NATS_BACKEND_PASSWORD'] : name === 'vision-nats' ? ['NATS_BACKEND_PASSWORD'] : []]);
    }
  });

  it('keeps three copies of each stream on its own NATS, and one elsewhere unless told so', () => {
    const replicas = (name: string): string | undefined => {
      const [backend] = workload(objectsOf(name), 'vision-backend').pod.containers;
      return backend === undefined ? undefined : environmentOf(backend, objectsOf(name))['NATS_STREAM_REPLICAS'];
    };
    expect(replicas('prod with nats')).toBe('3');
    expect(replicas('prod with no component')).toBeUndefined();
  });

  it('gives every program the time that it takes to stop', () => {
    const [backend, training] = [workload(objectsOf(ALL), 'vision-backend').pod, workload(objectsOf(ALL), 'vision-training').pod];
    const [container] = backend.containers;
    const waits = Number(container === undefined ? 0 : environmentOf(container, objectsOf(ALL))['SHUTDOWN_NOTICE_SECONDS']);
    expect(waits).toBeGreaterThanOrEqual(5);
    expect(backend.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(waits + BACKEND_STOP / 1000 + 5);
    expect(training.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(TRAINING_STOP / 1000 + 5);
  });

  it('asks for no more disk than the volume of a worker has', () => {
    for (const name of [ALL, 'prod with nats']) {
      const { pod } = workload(objectsOf(name), 'vision-training');
      const [container] = pod.containers;
      if (container === undefined) throw new Error('there is no container');
      const limits = environmentOf(container, objectsOf(name));
      const own = name === ALL ? ['WORK_LIMIT_BYTES', 'MODEL_CACHE_LIMIT_BYTES'] : ['WORK_LIMIT_BYTES', 'MODEL_CACHE_LIMIT_BYTES', 'CACHE_LIMIT_BYTES'];
      const wanted = own.reduce((sum, one) => sum + Number(limits[one]), 0);
      const size = bytesOf(pod.volumes.find((one) => one.name === 'work')?.emptyDir?.sizeLimit ?? '0');
      expect(wanted).toBeLessThan(size);
      expect(size).toBeLessThan(bytesOf(container.resources?.limits['ephemeral-storage'] ?? '0'));
    }
  });

  it('scales workers by metrics and labels that the backend tells', () => {
    const query = /sum\(.*?threshold/s.exec(JSON.stringify(ofKind(objectsOf(ALL), 'ScaledObject')))?.[0] ?? '';
    const asked = [...query.matchAll(/by \((\w+)\) \((vision_\w+)/g)].map(([, label = '', name = '']) => `${name} ${label}`);
    const told = Object.entries(METRICS).filter(([, { apps }]) => apps.some((app) => app === 'backend')).flatMap(([name, { labels }]) => Object.keys(labels).map((label) => `${name} ${label}`));
    expect(asked).toEqual(['vision_training_queue_pending lane', 'vision_training_jobs state']);
    expect(told).toEqual(expect.arrayContaining(asked));
    const states = /state=~\\"([\w|]+)\\"/.exec(query)?.[1]?.split('|') ?? [];
    expect(METRICS.vision_training_jobs.labels.state).toEqual(expect.arrayContaining(states));
    expect(states.length).toBeGreaterThan(0);
  });

  it('has one release in the tags, in the name of the Job and in the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    for (const [, objects] of installations) {
      const images = workloadsOf(objects).flatMap(({ pod }) => pod.containers.map(({ image }) => image)).filter((image) => image.startsWith('vision-'));
      expect(new Set(images.map((image) => image.split(':')[1]))).toEqual(new Set([version]));
      expect(ofKind(objects, 'Job').map(({ metadata }) => metadata.name)).toEqual(objects === objectsOf('dev') ? [] : [`vision-migrate-${version}`]);
    }
  });
});
