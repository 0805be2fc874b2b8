import { isSelected, namespaceOf, ofKind, workloadsOf, type Container, type Manifest, type Workload } from './manifest-types.js';

/** Pods that talk to the cluster's API, and so have a token. */
const WITH_TOKEN = ['vision-trainer-launcher'];
const UNITS: Readonly<Record<string, number>> = { '': 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

export function bytesOf(quantity: string): number {
  const [, number, unit] = /^(\d+)(|Ki|Mi|Gi|Ti)$/.exec(quantity) ?? [];
  if (number === undefined || unit === undefined) throw new Error(`no size: ${quantity}`);
  return Number(number) * (UNITS[unit] ?? 1);
}

type Rule<T> = readonly [broken: string, isKept: (of: T) => boolean];

const CONTAINER_RULES: readonly Rule<Container>[] = [
  ['may gain privileges', ({ securityContext: of }) => of?.['allowPrivilegeEscalation'] === false && of['privileged'] === undefined],
  ['writes to its root file system', ({ securityContext: of }) => of?.['readOnlyRootFilesystem'] === true],
  ['may be root', ({ securityContext: of }) => of?.['runAsNonRoot'] === true],
  ['keeps capabilities', ({ securityContext: of }) => JSON.stringify(of?.['capabilities']) === '{"drop":["ALL"]}'],
  ['asks for no CPU, memory or disk', ({ resources }) => ['cpu', 'memory', 'ephemeral-storage'].every((name) => resources?.requests[name] !== undefined)],
  ['has no limit of memory or disk', ({ resources }) => ['memory', 'ephemeral-storage'].every((name) => resources?.limits[name] !== undefined)],
  ['has an image without a fixed version', ({ image }) => /:[^:/]+$/.test(image) && !image.endsWith(':latest')],
];

const POD_RULES: readonly Rule<Workload>[] = [
  ['may run as root', ({ pod }) => pod.securityContext?.runAsNonRoot === true && (pod.securityContext.runAsUser ?? 0) > 0],
  ['has no seccomp profile', ({ pod }) => pod.securityContext?.seccompProfile?.type === 'RuntimeDefault'],
  ['mounts a token that it does not need, or does not say so', ({ pod, name }) => pod.automountServiceAccountToken === WITH_TOKEN.includes(name)],
  ['is told about every service', ({ pod }) => pod.enableServiceLinks === false],
  ['shares something with its node', ({ pod }) => ['hostNetwork', 'hostPID', 'hostIPC'].every((name) => pod[name] === undefined) && pod.volumes.every(({ hostPath }) => hostPath === undefined)],
  ['has a temporary volume without a limit', ({ pod }) => pod.volumes.every(({ emptyDir }) => emptyDir === undefined || emptyDir.sizeLimit !== undefined)],
  ['has no end to its stop', ({ pod }) => pod.terminationGracePeriodSeconds !== undefined],
  ['has no probes', ({ pod, kind }) => kind === 'Job' || pod.containers.every(({ readinessProbe, livenessProbe }) => readinessProbe !== undefined && livenessProbe !== undefined)],
  ['may lie on one node with all its copies', ({ pod, kind, replicas }) => kind === 'Job' || replicas === 1 || pod.topologySpreadConstraints.length > 0],
];

/** What the security settings of an installation break, in words; nothing when all pods keep the rules. */
export function brokenPodRules(objects: readonly Manifest[]): string[] {
  const workloads = workloadsOf(objects);
  return [
    ...workloads.flatMap((one) => ofPod(one)),
    ...workloads.filter((one) => !hasOwnAccount(one, objects)).map(({ name }) => `${name} has no service account of its own without a token`),
    ...workloads.filter(({ kind, replicas }) => kind !== 'Job' && replicas !== 1).flatMap((one) => (hasBudget(one, objects) ? [] : [`${one.name} may be evicted as a whole`])),
    ...namespacesOf(workloads).flatMap((namespace) => [
      ...(isClosed(namespace, objects) ? [] : [`the network of ${namespace} is open`]),
      ...(isRestricted(namespace, objects) ? [] : [`${namespace} takes any pod`]),
    ]),
  ];
}

function ofPod(workload: Workload): string[] {
  const { pod, name } = workload;
  const broken = POD_RULES.filter(([, isKept]) => !isKept(workload)).map(([what]) => `${name} ${what}`);
  return [...broken, ...[...pod.initContainers, ...pod.containers].flatMap((one) => CONTAINER_RULES.filter(([, isKept]) => !isKept(one)).map(([what]) => `${name}/${one.name} ${what}`))];
}

function hasOwnAccount({ pod, namespace, name }: Workload, objects: readonly Manifest[]): boolean {
  const others = workloadsOf(objects).filter((one) => one.name !== name && one.pod.serviceAccountName === pod.serviceAccountName);
  const account = ofKind(objects, 'ServiceAccount').find((one) => one.metadata.name === pod.serviceAccountName && namespaceOf(one) === namespace);
  return account?.['automountServiceAccountToken'] === false && others.length === 0;
}

interface WithSelector extends Manifest {
  readonly spec: { readonly selector: { readonly matchLabels: Readonly<Record<string, string>> } };
}
const hasBudget = ({ labels, namespace }: Workload, objects: readonly Manifest[]): boolean =>
  ofKind(objects, 'PodDisruptionBudget').some((one) => namespaceOf(one) === namespace && isSelected((one as WithSelector).spec.selector, labels));

const namespacesOf = (workloads: readonly Workload[]): string[] => [...new Set(workloads.map(({ namespace }) => namespace))];

function isClosed(namespace: string, objects: readonly Manifest[]): boolean {
  return ofKind(objects, 'NetworkPolicy').some((one) => namespaceOf(one) === namespace && JSON.stringify(one['spec']) === '{"podSelector":{},"policyTypes":["Ingress","Egress"]}');
}

function isRestricted(namespace: string, objects: readonly Manifest[]): boolean {
  return ofKind(objects, 'Namespace').some(({ metadata }) => metadata.name === namespace && metadata.labels?.['pod-security.kubernetes.io/enforce'] === 'restricted');
}
