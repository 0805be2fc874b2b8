import type { KubernetesApi } from './kubernetes-api.js';
import { KubernetesRefusal } from './kubernetes-api.js';
import { secretManifest, type Json } from './job-manifest.js';
import { jobStatusSchema, podListSchema, TIME_LIMIT, type Pod } from './pod-state.js';
import type { TrainerExit } from '../trainer-output.js';
import type { IncomingMessage } from 'node:http';

export const JOB_LABEL = 'vision-platform/job';
export const WORKER_LABEL = 'vision-platform/worker';
const NOT_FOUND = 404;
const CONFLICT = 409;

/** The Jobs of trainers in one namespace. */
export class TrainerJobs {
  private readonly batch: string;
  private readonly core: string;

  constructor(
    private readonly api: KubernetesApi,
    readonly namespace: string,
  ) {
    this.batch = `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs`;
    this.core = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  }

  /** The secret first: a pod without it would wait. The same name again is what an answer that got lost has made. */
  async create(job: Json, grant: Parameters<typeof secretManifest>[0], signal: AbortSignal): Promise<void> {
    await orConflict(this.api.call('POST', `${this.core}/secrets`, secretManifest(grant), signal));
    await orConflict(this.api.call('POST', this.batch, job, signal));
  }

  /** With all that belongs to it; nothing happens where there is none. */
  async remove(name: string): Promise<void> {
    const path = encodeURIComponent(name);
    await orGone(this.api.call('DELETE', `${this.batch}/${path}?propagationPolicy=Background`));
    // The garbage collector may take its time; the trainer is to hear of it now.
    await orGone(this.api.call('DELETE', `${this.core}/pods?labelSelector=${encodeURIComponent(`job-name=${name}`)}`));
    await orGone(this.api.call('DELETE', `${this.core}/secrets/${path}`));
  }

  /** Names of Jobs with this label, such as those that a killed worker left behind. */
  async named(label: string, value: string, signal?: AbortSignal): Promise<string[]> {
    const list = podListSchema.parse(await this.api.call('GET', `${this.batch}?labelSelector=${encodeURIComponent(`${label}=${value}`)}`, undefined, signal));
    return list.items.map(({ metadata }) => metadata.name);
  }

  /** Its pod; null while the cluster has made none. */
  async pod(name: string, signal?: AbortSignal): Promise<Pod | null> {
    const list = podListSchema.parse(await this.api.call('GET', `${this.core}/pods?labelSelector=${encodeURIComponent(`job-name=${name}`)}`, undefined, signal));
    return list.items[0] ?? null;
  }

  /** Why the Job itself failed, or went; null while it stands. */
  async ending(name: string, signal?: AbortSignal): Promise<TrainerExit | null> {
    try {
      const { status } = jobStatusSchema.parse(await this.api.call('GET', `${this.batch}/${encodeURIComponent(name)}`, undefined, signal));
      const failed = status.conditions.find((one) => one.type === 'Failed' && one.status === 'True');
      if (failed === undefined) return null;
      return failed.reason === 'DeadlineExceeded' ? { code: null, signal: null, verdict: TIME_LIMIT } : { code: null, signal: `the end of its Job (${failed.reason ?? 'Failed'})`, verdict: null };
    } catch (error) {
      if (error instanceof KubernetesRefusal && error.status === NOT_FOUND) return { code: null, signal: 'the removal of its Job', verdict: null };
      throw error;
    }
  }

  logs(pod: string, query: string, signal: AbortSignal): Promise<IncomingMessage> {
    return this.api.stream(`${this.core}/pods/${encodeURIComponent(pod)}/log?container=trainer&${query}`, signal);
  }
}

async function orConflict(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof KubernetesRefusal) || error.status !== CONFLICT) throw error;
  });
}

async function orGone(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof KubernetesRefusal) || error.status !== NOT_FOUND) throw error;
  });
}
