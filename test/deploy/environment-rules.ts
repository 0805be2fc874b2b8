import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { BackendConfig, backendEnvironment } from '../../apps/backend/src/config/backend-config.js';
import { TrainingConfig, trainingEnvironment } from '../../apps/training/src/config/training-config.js';
import { ofKind, workloadsOf, type Container, type Manifest } from './manifest-types.js';

const dataSchema = z.looseObject({ data: z.record(z.string(), z.string()).default({}) });
/** Node's own. */
const ENV_OF_OTHERS = ['NODE_OPTIONS'];
const TRAINERS = 'k8s/components/trainers/trainers.json';

type Environment = Readonly<Record<string, string>>;

/** What each container of ours reads, and its own reader of it, which throws where something is missing or wrong. */
export const READERS: Readonly<Record<string, { readonly known: readonly string[]; readonly read: (environment: Environment) => unknown }>> = {
  backend: { known: Object.keys(backendEnvironment.shape), read: (environment) => BackendConfig.read(environment) },
  migrate: { known: ['DATABASE_URL'], read: ({ DATABASE_URL }) => backendEnvironment.shape.DATABASE_URL.parse(DATABASE_URL) },
  training: { known: Object.keys(trainingEnvironment.shape), read: (environment) => TrainingConfig.read(environment) },
  // The launcher reads no schema: what it hands on are variables of the two.
  standalone: { known: [...Object.keys(backendEnvironment.shape), ...Object.keys(trainingEnvironment.shape)], read: () => undefined },
  labeler: { known: namesIn('docker/labeler/headers.conf.template'), read: () => undefined },
  nats: { known: [...namesIn('k8s/components/nats/nats.conf'), ...namesIn('k8s/components/nats/users.conf')], read: () => undefined },
};

function namesIn(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/\$\{?([A-Z][A-Z0-9_]+)\}?/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** The environment of a container as the kubelet would make it. */
export function environmentOf(container: Container, objects: readonly Manifest[]): Environment {
  const given: Record<string, string> = {};
  for (const { configMapRef } of container.envFrom) Object.assign(given, dataOf(objects, 'ConfigMap', configMapRef?.name));
  for (const { name, value, valueFrom } of container.env) {
    const { secretKeyRef } = valueFrom ?? {};
    const secret = secretKeyRef === undefined ? undefined : dataOf(objects, 'Secret', secretKeyRef.name)[secretKeyRef.key];
    const text = secret === undefined ? (value ?? (valueFrom?.fieldRef === undefined ? undefined : 'pod-1')) : Buffer.from(secret, 'base64').toString('utf8');
    if (text !== undefined) given[name] = text.replace(/\$\((\w+)\)/g, (whole, other: string) => given[other] ?? whole);
  }
  return given;
}

function dataOf(objects: readonly Manifest[], kind: string, name: string | undefined): Environment {
  const found = ofKind(objects, kind).find(({ metadata }) => metadata.name === name);
  return found === undefined ? {} : dataSchema.parse(found).data;
}

/** Variables that no program reads, and what each program's own reader says against its environment. */
export function brokenEnvironments(objects: readonly Manifest[]): string[] {
  return workloadsOf(objects).flatMap(({ name, pod }) =>
    [...pod.initContainers, ...pod.containers].flatMap((container) => {
      const reader = READERS[container.name];
      if (reader === undefined) return [`${name}/${container.name} has no reader`];
      const environment = environmentOf(container, objects);
      const handedOn = JSON.stringify([container.env, container.args]);
      const unknown = Object.keys(environment).filter((one) => !reader.known.includes(one) && !ENV_OF_OTHERS.includes(one) && !handedOn.includes(`$(${one})`));
      return [...unknown.map((one) => `${name}/${container.name} is given ${one}, which it does not read`), ...refusal(reader.read, environment).map((why) => `${name}/${container.name}: ${why}`)];
    }),
  );
}

export function refusal(read: (environment: Environment) => unknown, environment: Environment): string[] {
  try {
    // The file of trainers is a ConfigMap's in the cluster.
    read(environment['TRAINERS_FILE'] === undefined ? environment : { ...environment, TRAINERS_FILE: TRAINERS });
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
