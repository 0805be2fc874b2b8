import { z } from 'zod';

/** As much of a Kubernetes object as every kind has; the rest is read where it is needed. Kubernetes' own schemas are checked elsewhere (kubernetes-objects.ts). */
export const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), labels: z.record(z.string(), z.string()).optional() }),
});
export type Manifest = z.infer<typeof manifestSchema>;

const envSchema = z.looseObject({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .looseObject({
      secretKeyRef: z.looseObject({ name: z.string(), key: z.string(), optional: z.boolean().default(false) }).optional(),
      fieldRef: z.looseObject({ fieldPath: z.string() }).optional(),
    })
    .optional(),
});

const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(envSchema).default([]),
  envFrom: z.array(z.looseObject({ configMapRef: z.looseObject({ name: z.string() }).optional(), secretRef: z.looseObject({ name: z.string() }).optional() })).default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  resources: z.looseObject({ requests: z.record(z.string(), z.string()).default({}), limits: z.record(z.string(), z.string()).default({}) }).optional(),
  securityContext: z.looseObject({}).optional(),
  readinessProbe: z.looseObject({}).optional(),
  livenessProbe: z.looseObject({}).optional(),
  lifecycle: z.looseObject({ preStop: z.looseObject({ exec: z.looseObject({ command: z.array(z.string()) }).optional() }).optional() }).optional(),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});
export type Container = z.infer<typeof containerSchema>;

const podSpecSchema = z.looseObject({
  serviceAccountName: z.string().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  enableServiceLinks: z.boolean().optional(),
  terminationGracePeriodSeconds: z.number().optional(),
  securityContext: z.looseObject({ runAsNonRoot: z.boolean().optional(), runAsUser: z.number().optional(), seccompProfile: z.looseObject({ type: z.string() }).optional() }).optional(),
  topologySpreadConstraints: z.array(z.looseObject({})).default([]),
  containers: z.array(containerSchema),
  initContainers: z.array(containerSchema).default([]),
  volumes: z
    .array(
      z.looseObject({
        name: z.string(),
        hostPath: z.unknown().optional(),
        emptyDir: z.looseObject({ sizeLimit: z.string().optional() }).optional(),
        configMap: z.looseObject({ name: z.string() }).optional(),
      }),
    )
    .default([]),
});
export type PodSpec = z.infer<typeof podSpecSchema>;

const workloadSchema = z.looseObject({
  spec: z.looseObject({
    replicas: z.number().optional(),
    template: z.looseObject({ metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }), spec: podSpecSchema }),
    volumeClaimTemplates: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })).default([]),
  }),
});

/** The pods that an object makes. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly pod: PodSpec;
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'];

export const namespaceOf = (object: Manifest): string => object.metadata.namespace ?? 'default';
export const ofKind = (objects: readonly Manifest[], kind: string): Manifest[] => objects.filter((one) => one.kind === kind);

export function workloadsOf(objects: readonly Manifest[]): Workload[] {
  return objects
    .filter(({ kind }) => WORKLOADS.includes(kind))
    .map((object) => {
      const { replicas, template } = workloadSchema.parse(object).spec;
      return { kind: object.kind, name: object.metadata.name, namespace: namespaceOf(object), replicas, labels: template.metadata.labels, pod: template.spec };
    });
}

const selectorSchema = z.looseObject({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z.array(z.object({ key: z.string(), operator: z.literal('In'), values: z.array(z.string()) })).default([]),
});
export type Selector = z.input<typeof selectorSchema>;

export function isSelected(selector: Selector | Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const { matchLabels, matchExpressions } = selectorSchema.parse(selector);
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value) && matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''));
}
