import type { KubernetesRun } from '@app/contracts';
import { GRANT_FOLDER, JOB_FOLDER, SHARED_FOLDER } from '../pod/pod-grant.js';
import { JOB_FILE, TEMPORARY_FOLDER } from '../job-file.js';
import { originOfWork } from '../origin-of-work.js';

export interface ManifestFacts {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly run: KubernetesRun;
  /** The worker's own image: its programs bring the data and hand out the files. */
  readonly helperImage: string;
  readonly courierPort: number;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A finished Job that nobody removed is gone after so long. */
const TTL_SECONDS = 600;
const TERMINATION_SECONDS = 5;
/** Has no right, and its token is not mounted: what a cluster may give to `default` of a namespace is not the trainer's. k8s/components/trainers makes it. */
const SERVICE_ACCOUNT = 'vision-trainer';
const HELPER_FOLDER = '/app/dist/training/apps/training/src/external/pod';
export const TRAINER_CONTAINER = 'trainer';
export const FETCH_CONTAINER = 'fetch';

/** One attempt as a batch/v1 Job. It is never run again by Kubernetes: the platform decides over attempts. */
export function jobManifest(facts: ManifestFacts): Json {
  const { name, namespace, labels, run } = facts;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: run.time_limit_seconds,
      ttlSecondsAfterFinished: TTL_SECONDS,
      template: { metadata: { labels: { ...labels, 'app.kubernetes.io/name': 'vision-trainer' } }, spec: podSpec(facts) },
    },
  };
}

function podSpec(facts: ManifestFacts): Json {
  const { run, name } = facts;
  return {
    restartPolicy: 'Never',
    serviceAccountName: SERVICE_ACCOUNT,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: TERMINATION_SECONDS,
    securityContext: { runAsNonRoot: true, runAsUser: run.run_as_user, runAsGroup: run.run_as_user, fsGroup: run.run_as_user, seccompProfile: { type: 'RuntimeDefault' } },
    nodeSelector: { ...run.node_selector },
    tolerations: run.tolerations.map((one) => Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined))),
    ...(run.runtime_class === undefined ? {} : { runtimeClassName: run.runtime_class }),
    imagePullSecrets: run.image_pull_secrets.map((secret) => ({ name: secret })),
    initContainers: [helper(FETCH_CONTAINER, 'fetch.main.js', { ...facts, isReadOnly: false })],
    containers: [trainer(run), { ...helper('courier', 'courier.main.js', { ...facts, isReadOnly: true }), ports: [{ name: 'files', containerPort: facts.courierPort, protocol: 'TCP' }] }],
    volumes: [
      { name: 'work', emptyDir: { sizeLimit: String(run.scratch_bytes) } },
      { name: 'grant', secret: { secretName: name, defaultMode: 0o440 } },
      { name: 'shm', emptyDir: { medium: 'Memory', ...(run.shared_memory_bytes > 0 ? { sizeLimit: String(run.shared_memory_bytes) } : {}) } },
    ],
  };
}

const LOCKED: Json = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };

function trainer(run: KubernetesRun): Json {
  const gpus: Record<string, string> = run.gpus === 0 ? {} : { [run.gpu_resource]: String(run.gpus) };
  const variables = { HOME: `${JOB_FOLDER}/${TEMPORARY_FOLDER}`, TMPDIR: `${JOB_FOLDER}/${TEMPORARY_FOLDER}`, ...run.environment.set, ...originOfWork(), VISION_JOB: `${JOB_FOLDER}/${JOB_FILE}`, VISION_JOB_FOLDER: JOB_FOLDER };
  return {
    name: TRAINER_CONTAINER,
    image: run.image,
    imagePullPolicy: run.image_pull_policy,
    ...(run.command === undefined ? {} : { command: [...run.command] }),
    workingDir: JOB_FOLDER,
    env: Object.entries(variables).map(([name, value]) => ({ name, value })),
    // Extended resources have equal requests and limits; memory as well, so that the node keeps what was asked for.
    resources: { requests: { cpu: run.cpu, memory: String(run.memory_limit_bytes), ...gpus }, limits: { memory: String(run.memory_limit_bytes), ...gpus } },
    securityContext: LOCKED,
    volumeMounts: [
      { name: 'work', mountPath: SHARED_FOLDER },
      { name: 'shm', mountPath: '/dev/shm' },
    ],
  };
}

function helper(name: string, program: string, { helperImage, isReadOnly }: Pick<ManifestFacts, 'helperImage'> & { readonly isReadOnly: boolean }): { readonly [name: string]: Json } {
  return {
    name,
    image: helperImage,
    command: ['node', `${HELPER_FOLDER}/${program}`],
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
    securityContext: LOCKED,
    terminationMessagePolicy: 'File',
    volumeMounts: [
      { name: 'work', mountPath: SHARED_FOLDER, readOnly: isReadOnly },
      { name: 'grant', mountPath: GRANT_FOLDER, readOnly: true },
    ],
  };
}

/** The grant of the pod, for its helpers only. */
export function secretManifest(facts: Pick<ManifestFacts, 'name' | 'namespace' | 'labels'> & { readonly file: string; readonly text: string }): Json {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: facts.name, namespace: facts.namespace, labels: facts.labels },
    type: 'Opaque',
    immutable: true,
    stringData: { [facts.file]: facts.text },
  };
}
