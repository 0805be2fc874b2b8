import { z } from 'zod';
import { isSelected, namespaceOf, ofKind, workloadsOf, type Manifest, type Workload } from './manifest-types.js';

const selector = z.looseObject({});
const peer = z.object({ podSelector: selector.optional(), namespaceSelector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).default({}) }).optional(), ipBlock: z.object({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional() });
const port = z.object({ port: z.union([z.number(), z.string()]), protocol: z.enum(['TCP', 'UDP']).default('TCP') });
const policySchema = z.object({
  podSelector: selector,
  policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
  ingress: z.array(z.object({ from: z.array(peer).optional(), ports: z.array(port).optional() })).default([]),
  egress: z.array(z.object({ to: z.array(peer).optional(), ports: z.array(port).optional() })).default([]),
});
type Peer = z.infer<typeof peer>;
type Port = z.infer<typeof port>;

/** A pod that policies speak of: those of the objects, and those that a worker makes. */
type Pod = Pick<Workload, 'name' | 'namespace' | 'labels'> & { readonly portNames: readonly string[] };

/** apps/training/src/external/kubernetes/job-manifest.ts makes them. */
const TRAINER: Pod = { name: 'vision-trainer', namespace: 'vision-trainers', labels: { 'app.kubernetes.io/name': 'vision-trainer' }, portNames: ['files'] };

interface Policy {
  readonly name: string;
  readonly namespace: string;
  readonly spec: z.infer<typeof policySchema>;
}

export const podsOf = (objects: readonly Manifest[]): Pod[] => [
  ...workloadsOf(objects).map(({ name, namespace, labels, pod }) => ({ name, namespace, labels, portNames: pod.containers.flatMap(({ ports }) => ports.map((one) => one.name)) })),
  ...(ofKind(objects, 'Namespace').some(({ metadata }) => metadata.name === TRAINER.namespace) ? [TRAINER] : []),
];

const policiesOf = (objects: readonly Manifest[]): Policy[] =>
  ofKind(objects, 'NetworkPolicy').map((one) => ({ name: one.metadata.name, namespace: namespaceOf(one), spec: policySchema.parse(one['spec']) }));

/** Policies that speak of nobody, and rules that name pods or ports which are not there. */
export function emptyNetworkRules(objects: readonly Manifest[]): string[] {
  const pods = podsOf(objects);
  return policiesOf(objects).flatMap(({ name, namespace, spec }) => {
    const meant = pods.filter((one) => one.namespace === namespace && isSelected(spec.podSelector, one.labels));
    const peers = [...spec.ingress.flatMap(({ from }) => from ?? []), ...spec.egress.flatMap(({ to }) => to ?? [])];
    const names = spec.ingress.flatMap(({ ports }) => (ports ?? []).map((one) => one.port)).filter((one) => typeof one === 'string');
    return [
      ...(meant.length === 0 && Object.keys(spec.podSelector).length > 0 ? [`${name} speaks of no pod`] : []),
      ...peers.filter((one) => !isThere(one, namespace, pods)).map((one) => `${name} names a peer that is not there: ${JSON.stringify(one)}`),
      ...names.filter((one) => meant.some(({ portNames }) => !portNames.includes(one))).map((one) => `${name} opens the port ${one}, which its pods do not have`),
    ];
  });
}

/** Peers of other namespaces that are not ours (DNS, ingress, monitoring) cannot be looked for. */
function isThere({ podSelector, namespaceSelector }: Peer, namespace: string, pods: readonly Pod[]): boolean {
  if (podSelector === undefined) return true;
  const where = namespaceSelector?.matchLabels['kubernetes.io/metadata.name'] ?? namespace;
  return pods.some((one) => one.namespace === where && isSelected(podSelector, one.labels));
}

/** Where a pod may send to, as `peer:port` in order; the union of what all policies allow. */
export function egressOf(objects: readonly Manifest[], name: string): string[] {
  const pod = podsOf(objects).find((one) => one.name === name);
  if (pod === undefined) throw new Error(`there is no ${name}`);
  const rules = policiesOf(objects)
    .filter(({ namespace, spec }) => namespace === pod.namespace && spec.policyTypes.includes('Egress') && isSelected(spec.podSelector, pod.labels))
    .flatMap(({ spec }) => spec.egress);
  return [...new Set(rules.flatMap(({ to, ports }) => (ports ?? [{ port: 'any', protocol: 'TCP' as const }]).flatMap((one) => (to ?? [{}]).map((whom) => `${peerText(whom)}:${portText(one)}`))))].sort();
}

/** Who may send to a pod. */
export function ingressOf(objects: readonly Manifest[], name: string): string[] {
  const pod = podsOf(objects).find((one) => one.name === name);
  if (pod === undefined) throw new Error(`there is no ${name}`);
  const rules = policiesOf(objects)
    .filter(({ namespace, spec }) => namespace === pod.namespace && spec.policyTypes.includes('Ingress') && isSelected(spec.podSelector, pod.labels))
    .flatMap(({ spec }) => spec.ingress);
  return [...new Set(rules.flatMap(({ from, ports }) => (ports ?? [{ port: 'any', protocol: 'TCP' as const }]).flatMap((one) => (from ?? [{}]).map((whom) => `${peerText(whom)}:${portText(one)}`))))].sort();
}

const portText = ({ port: number, protocol }: Port): string => (protocol === 'TCP' ? String(number) : `${number}/udp`);

function peerText({ podSelector, namespaceSelector, ipBlock }: Peer): string {
  if (ipBlock !== undefined) return ipBlock.except.length > 0 ? 'outside' : ipBlock.cidr;
  const namespace = namespaceSelector?.matchLabels['kubernetes.io/metadata.name'];
  const labels = podSelector === undefined ? undefined : JSON.stringify(podSelector).match(/vision-[\w-]+/g)?.join('|');
  return [namespace, labels].filter((one) => one !== undefined).join('/') || 'anywhere';
}
