import { floatsOf, type RuntimeSession, type RuntimeTensor } from '../runtime/step-runtime.js';
import type { NetworkState } from './network-state.js';
import type { Segment, StepLayout } from './step-layout.js';
import type { Batch } from './trainer.js';

/** What one part of a batch gave, by the names of the graph; valid until the callback returns. */
export type ReadOutput = (name: string) => Float32Array;

/** Computes loss and gradients of a batch, part by part. */
export interface StepRunner {
  /** Calls `take` once for each part, in their order. */
  run(batch: Batch, take: (part: number, read: ReadOutput) => void): Promise<void>;
  close(): Promise<void>;
}

/** Part `part` of an array that holds a whole batch. */
export function partOf(batch: Batch, segment: Segment, part: number): Float32Array {
  const whole = segment.name === 'images' ? batch.images : (batch.targets[segment.name.slice('target:'.length)] ?? new Float32Array());
  return whole.subarray(part * segment.size, (part + 1) * segment.size);
}

/** One part after the other in this thread, without a copy. */
export class LocalSteps implements StepRunner {
  constructor(
    private readonly session: RuntimeSession,
    private readonly state: NetworkState,
    private readonly layout: StepLayout,
    private readonly parts: number,
  ) {}

  async run(batch: Batch, take: (part: number, read: ReadOutput) => void): Promise<void> {
    const feeds: Record<string, RuntimeTensor> = {};
    for (const [name, parameter] of this.state.parameters) feeds[name] = parameter;
    for (let part = 0; part < this.parts; part += 1) {
      for (const input of this.layout.inputs) feeds[input.name] = { data: partOf(batch, input, part), shape: input.shape };
      const results = await this.session.run(feeds);
      try {
        take(part, (name) => floatsOf(results, name));
      } finally {
        results.dispose();
      }
    }
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}
