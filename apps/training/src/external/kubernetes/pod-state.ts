import { z } from 'zod';
import type { TrainerExit } from '../trainer-output.js';
import { FETCH_CONTAINER, TRAINER_CONTAINER } from './job-manifest.js';

const stateSchema = z.object({
  waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
  running: z.object({}).optional(),
  terminated: z.object({ exitCode: z.number(), signal: z.number().optional(), reason: z.string().optional(), message: z.string().optional() }).optional(),
});
const statusSchema = z.object({ name: z.string(), state: stateSchema.default({}) });

const podSchema = z.object({
  metadata: z.object({ name: z.string() }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      reason: z.string().optional(),
      podIP: z.string().optional(),
      conditions: z.array(z.object({ type: z.string(), status: z.string(), reason: z.string().optional(), message: z.string().optional() })).default([]),
      initContainerStatuses: z.array(statusSchema).default([]),
      containerStatuses: z.array(statusSchema).default([]),
    })
    .prefault({}),
});
export type Pod = z.infer<typeof podSchema>;

export const podListSchema = z.object({ items: z.array(podSchema) });
export const jobStatusSchema = z.object({ status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string(), reason: z.string().optional(), message: z.string().optional() })).default([]) }).prefault({}) });

type Verdict = NonNullable<TrainerExit['verdict']>;

/** Reasons that no waiting heals. */
const BROKEN_IMAGE: ReadonlySet<string> = new Set(['InvalidImageName', 'ErrImageNeverPull', 'CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);
/** An image that cannot be pulled now may be there in a moment. */
const PULL_FAILS: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff']);

const stateOf = (pod: Pod, name: string): z.infer<typeof stateSchema> => [...pod.status.initContainerStatuses, ...pod.status.containerStatuses].find((one) => one.name === name)?.state ?? {};

export const isTrainerBegun = (pod: Pod): boolean => stateOf(pod, TRAINER_CONTAINER).running !== undefined || stateOf(pod, TRAINER_CONTAINER).terminated !== undefined;

/** What the first container said; null while it has not ended. */
export function fetchMessage(pod: Pod): string | null {
  const { terminated } = stateOf(pod, FETCH_CONTAINER);
  return terminated === undefined ? null : (terminated.message ?? '');
}

/** Why the pod does not get on, for a person who waits; null: nothing of note. */
export function waitingFor(pod: Pod): string | null {
  const unscheduled = pod.status.conditions.find((one) => one.type === 'PodScheduled' && one.status === 'False');
  if (unscheduled !== undefined) return `no node takes the trainer yet: ${unscheduled.message ?? unscheduled.reason ?? 'no reason given'}`;
  const reason = stateOf(pod, TRAINER_CONTAINER).waiting?.reason ?? stateOf(pod, FETCH_CONTAINER).waiting?.reason;
  return reason === undefined || reason === 'PodInitializing' || reason === 'ContainerCreating' ? null : `the trainer's container waits: ${reason}`;
}

export function brokenImage(pod: Pod): Verdict | null {
  for (const name of [FETCH_CONTAINER, TRAINER_CONTAINER]) {
    const { waiting } = stateOf(pod, name);
    if (waiting?.reason !== undefined && BROKEN_IMAGE.has(waiting.reason)) return { code: 'trainer-image', detail: `The container ${name} cannot be made: ${waiting.reason}. ${waiting.message ?? ''}`.slice(0, 500) };
  }
  return null;
}

export const isPullFailing = (pod: Pod): boolean => [FETCH_CONTAINER, TRAINER_CONTAINER].some((name) => PULL_FAILS.has(stateOf(pod, name).waiting?.reason ?? ''));

/** How the trainer ended; null while it runs. */
export function exitOf(pod: Pod): TrainerExit | null {
  const { terminated } = stateOf(pod, TRAINER_CONTAINER);
  if (terminated !== undefined) {
    if (terminated.reason === 'OOMKilled') return { code: terminated.exitCode, signal: null, verdict: { code: 'engine-out-of-memory', detail: 'The trainer took more memory than its container may have.' } };
    // 128 + n: ended by a signal, as shells and container runtimes say it.
    const signal = terminated.signal ?? (terminated.exitCode > 128 && terminated.exitCode < 160 ? terminated.exitCode - 128 : 0);
    return { code: terminated.exitCode, signal: signal > 0 ? `signal ${signal}` : null, verdict: null };
  }
  if (pod.status.phase !== 'Failed') return null;
  if (pod.status.reason === 'DeadlineExceeded') return { code: null, signal: null, verdict: TIME_LIMIT };
  return { code: null, signal: `the end of its pod (${pod.status.reason ?? 'Failed'})`, verdict: null };
}

export const TIME_LIMIT: Verdict = { code: 'trainer-time-limit', detail: 'The trainer took more time than it may take.' };
