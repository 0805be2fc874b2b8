import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { RuntimeName } from '../runtime/step-runtime.js';
import type { NetworkState } from './network-state.js';
import { partOf, type ReadOutput, type StepRunner } from './step-runner.js';
import { floatsIn, type Segment, type StepLayout } from './step-layout.js';
import type { Batch } from './trainer.js';

/** The thread's program; it is there in the built product only. */
const ENTRY = new URL('./step-thread.main.js', import.meta.url);

/** What a thread is started with. Arrays are shared. */
export interface StepThreadData {
  readonly model: Uint8Array;
  readonly runtime: RuntimeName;
  readonly threads: number;
  readonly layout: StepLayout;
  readonly parameters: Float32Array;
  /** Of the parts that this thread computes, one behind the other. */
  readonly parts: readonly { readonly inputs: Float32Array; readonly outputs: Float32Array }[];
}

export const canRunThreads = (): boolean => existsSync(ENTRY);

const shared = (floats: number): Float32Array => new Float32Array(new SharedArrayBuffer(floats * Float32Array.BYTES_PER_ELEMENT));

interface Part {
  readonly inputs: Float32Array;
  readonly outputs: Float32Array;
}

/**
 * Parts of a batch on several cores: each thread has a session of its own, parameters, inputs and outputs lie in shared memory. What comes out of a part does not
 * depend on who computes it, and parts are taken in their order, so that the number of threads is no part of the result. A thread is asked to end, never
 * terminated: that would abort the process in the middle of a run.
 */
export class ThreadedSteps implements StepRunner {
  private readonly parts: readonly Part[];
  private readonly parameters: Float32Array;
  private readonly workers: readonly Worker[];
  private readonly places: ReadonlyMap<string, Segment>;
  private failure: Error | null = null;

  constructor(
    compiled: { readonly model: Uint8Array; readonly runtime: RuntimeName; readonly threads: number },
    private readonly state: NetworkState,
    private readonly layout: StepLayout,
    counts: { readonly parts: number; readonly workers: number },
  ) {
    this.parameters = shared(floatsIn(layout.parameters));
    this.parts = Array.from({ length: counts.parts }, () => ({ inputs: shared(floatsIn(layout.inputs)), outputs: shared(floatsIn(layout.outputs)) }));
    this.places = new Map(layout.outputs.map((one) => [one.name, one]));
    this.workers = Array.from({ length: counts.workers }, (_, index) => {
      const data: StepThreadData = { ...compiled, layout, parameters: this.parameters, parts: this.parts.filter((__, part) => part % counts.workers === index) };
      const worker = new Worker(ENTRY, { workerData: data });
      // An error between two steps is told by the next one.
      worker.on('error', (error: unknown) => (this.failure = error instanceof Error ? error : new Error('a thread of the training failed')));
      return worker;
    });
  }

  async run(batch: Batch, take: (part: number, read: ReadOutput) => void): Promise<void> {
    for (const { name, offset } of this.layout.parameters) this.parameters.set(this.state.parameters.get(name)?.data ?? [], offset);
    this.parts.forEach(({ inputs }, part) => this.layout.inputs.forEach((segment) => inputs.set(partOf(batch, segment, part), segment.offset)));
    await Promise.all(this.workers.map((worker) => this.stepOf(worker)));
    this.parts.forEach(({ outputs }, part) =>
      take(part, (name) => {
        const place = this.places.get(name);
        if (place === undefined) throw new Error(`a step has no output ${name}`);
        return outputs.subarray(place.offset, place.offset + place.size);
      }),
    );
  }

  async close(): Promise<void> {
    // A thread that has gone already has no id any more, and no exit to wait for.
    const running = this.workers.filter((worker) => worker.threadId !== -1);
    const gone = running.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    for (const worker of running) worker.postMessage('end');
    await Promise.all(gone);
  }

  private stepOf(worker: Worker): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) {
        reject(this.failure);
        return;
      }
      const settle = (end: () => void): void => {
        worker.off('message', done);
        worker.off('error', failed);
        worker.off('exit', left);
        end();
      };
      const done = (): void => settle(resolve);
      const failed = (error: unknown): void => settle(() => reject(error instanceof Error ? error : new Error('a thread of the training failed')));
      const left = (): void => settle(() => reject(new Error('a thread of the training ended by itself')));
      worker.once('message', done).once('error', failed).once('exit', left);
      worker.postMessage('step');
    });
  }
}
