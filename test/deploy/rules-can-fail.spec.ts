import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { brokenEnvironments } from './environment-rules.js';
import { objectsOf } from './manifests.js';
import { brokenPodRules } from './pod-rules.js';
import { emptyNetworkRules } from './network-rules.js';
import { brokenReferences } from './reference-rules.js';

/** The base as it is written, with tags that an overlay would give and one namespace. */
const base = readdirSync('k8s/base')
  .filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
  .map((name) => readFileSync(`k8s/base/${name}`, 'utf8').replace(/image: (vision-\w+)$/gm, 'image: $1:0.1.0'))
  .join('\n---\n')
  .replaceAll('name: vision-platform', 'name: default');

function findings(text: string): string[] {
  const objects = objectsOf(text);
  return [...brokenPodRules(objects), ...brokenReferences(objects), ...emptyNetworkRules(objects), ...brokenEnvironments(objects)];
}

const CHANGES: readonly (readonly [what: string, from: string | RegExp, to: string, finding: string])[] = [
  ['a pod as root', 'runAsUser: 10001', 'runAsUser: 0', 'vision-backend may run as root'],
  ['a container as root', /( +)runAsNonRoot: true\n +capabilities/, '$1capabilities', 'vision-backend/backend may be root'],
  ['privileges', 'allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true', 'vision-backend/backend may gain privileges'],
  ['a writable root', 'readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false', 'vision-backend/backend writes to its root file system'],
  ['capabilities', 'drop: [ALL]', 'drop: [ALL]\n              add: [NET_ADMIN]', 'vision-backend/backend keeps capabilities'],
  ['no seccomp', 'type: RuntimeDefault', 'type: Unconfined', 'vision-backend has no seccomp profile'],
  ['a token', /(serviceAccountName: vision-backend\n +)automountServiceAccountToken: false/, '$1automountServiceAccountToken: true', 'vision-backend mounts a token that it does not need, or does not say so'],
  ['the node’s network', 'enableServiceLinks: false', 'enableServiceLinks: false\n      hostNetwork: true', 'vision-backend shares something with its node'],
  ['a volume without end', /emptyDir:\n +sizeLimit: 256Mi/, 'emptyDir: {}', 'vision-backend has a temporary volume without a limit'],
  ['no limit of memory', /( +)memory: 1Gi\n( +ephemeral-storage: 512Mi)/, '$2', 'vision-backend/backend has no limit of memory or disk'],
  ['the newest image', 'vision-backend:0.1.0', 'vision-backend:latest', 'vision-backend/backend has an image without a fixed version'],
  ['no budget', /kind: PodDisruptionBudget\nmetadata:\n {2}name: vision-backend/, 'kind: PodDisruptionBudget\nmetadata:\n  name: x\n  namespace: other', 'vision-backend may be evicted as a whole'],
  ['an open network', 'podSelector: {}', 'podSelector: { matchLabels: { app.kubernetes.io/name: vision-backend } }', 'the network of default is open'],
  ['an account of another', 'serviceAccountName: vision-migrate', 'serviceAccountName: vision-backend', 'vision-migrate-release has no service account of its own without a token'],
  ['a service without pods', /selector:\n {4}app.kubernetes.io\/name: vision-labeler/, 'selector:\n    app.kubernetes.io/name: vision-web', 'the service vision-labeler has no pod'],
  ['a port that is not there', 'targetPort: http', 'targetPort: web', 'the service vision-backend leads to web, which its pods do not have'],
  ['an ingress to nobody', 'name: vision-labeler\n                port', 'name: vision-page\n                port', 'the ingress leads to default/vision-page:http, which is not there'],
  ['a policy for nobody', 'matchLabels:\n      app.kubernetes.io/name: vision-migrate', 'matchLabels:\n      app.kubernetes.io/name: vision-migration', 'vision-migrate speaks of no pod'],
  ['a number beside a scaler', '# No `replicas`: the', 'replicas: 3\n  # The', 'vision-backend has a scaler and a number'],
  ['a mount of nothing', '- name: tmp\n              mountPath: /tmp', '- name: temp\n              mountPath: /tmp', 'vision-backend mounts temp, which is not there'],
  ['a variable that nobody reads', 'name: NODE_OPTIONS', 'name: NODE_OPTION', 'vision-backend/backend is given NODE_OPTION, which it does not read'],
];

describe('the rules for installations', () => {
  const before = findings(base);

  it.each(CHANGES)('find %s', (_, from, to, finding) => {
    expect(before).not.toContain(finding);
    const changed = base.replace(from, to);
    expect(changed).not.toBe(base);
    expect(findings(changed)).toContain(finding);
  });

  it('find what a program is not told', () => {
    expect(before.join('\n')).toMatch(/vision-training\/training: .*WORK_DIRECTORY|vision-training\/training: .*S3_ENDPOINT/s);
  });
});
