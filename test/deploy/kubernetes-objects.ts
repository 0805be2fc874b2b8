import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { Job } from 'kubernetes-models/batch/v1';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Role, RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { ConfigMap, Namespace, PersistentVolumeClaim, ResourceQuota, Secret, Service, ServiceAccount } from 'kubernetes-models/v1';
import type { Manifest } from './manifest-types.js';

/** Kubernetes' own schemas (1.27), compiled. */
const MODELS = [
  ...[Deployment, StatefulSet, Job, HorizontalPodAutoscaler, PodDisruptionBudget, Ingress, NetworkPolicy, Role, RoleBinding],
  ...[ConfigMap, Namespace, PersistentVolumeClaim, ResourceQuota, Secret, Service, ServiceAccount],
];
/** Kinds of others: what we use of them, from their documentation. */
const OTHERS = new Ajv({ allErrors: true, strict: false });
const SCHEMAS = new Map(
  ['keda-scaled-object', 'prometheus-pod-monitor'].map((name) => {
    const schema: { readonly 'x-kind': string; readonly [name: string]: unknown } = JSON.parse(readFileSync(join(import.meta.dirname, 'schemas', `${name}.schema.json`), 'utf8'));
    return [schema['x-kind'], OTHERS.compile(schema)];
  }),
);

/** What is wrong with an object by its kind's schema, unknown fields and misspelt ones among it. */
export function faultsOf(object: Manifest): string[] {
  const id = `${object.apiVersion} ${object.kind}`;
  const foreign = SCHEMAS.get(id);
  if (foreign !== undefined) return foreign(object) ? [] : (foreign.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`);
  const model = MODELS.find(({ apiVersion, kind }) => `${apiVersion} ${kind}` === id);
  if (model === undefined) return [`there is no schema for ${id}`];
  const watched = new WatchedReads();
  try {
    model.prototype.validate.call(watched.watch(withoutLineBreaks(object), ''));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  return watched.unread(object, '').map((path) => `unknown field ${path}`);
}

/** kustomize breaks long base64 into lines, which the API server takes and the schema's format does not. */
function withoutLineBreaks(object: Manifest): Manifest {
  if (object.kind !== 'Secret' || typeof object['data'] !== 'object' || object['data'] === null) return object;
  return { ...object, data: Object.fromEntries(Object.entries(object['data']).map(([key, value]) => [key, String(value).replace(/\s/g, '')])) };
}

/**
 * The compiled schemas let unknown fields pass, but they read every field that they know: so a field that nobody read is one that they do not know.
 * A test plants an unknown field at each place of each object to hold this.
 */
class WatchedReads {
  private readonly read = new Set<string>();

  watch<T extends object>(target: T, path: string): T {
    return new Proxy(target, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name);
        if (typeof name !== 'string') return value;
        this.read.add(`${path}/${name}`);
        return typeof value === 'object' && value !== null ? this.watch(value, `${path}/${name}`) : value;
      },
    });
  }

  unread(value: unknown, path: string): string[] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([name, below]) => (this.read.has(`${path}/${name}`) ? this.unread(below, `${path}/${name}`) : [`${path}/${name}`]));
  }
}
