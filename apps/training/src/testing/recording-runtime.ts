import type { RuntimeResults, RuntimeSession, RuntimeTensor, StepRuntime } from '../engine/runtime/step-runtime.js';

/** A run that another runtime can be asked to do again. */
export interface RecordedRun {
  readonly model: Uint8Array;
  readonly feeds: Readonly<Record<string, RuntimeTensor>>;
  readonly outputs: ReadonlyMap<string, RuntimeTensor>;
}

const copyOf = ({ data, shape }: RuntimeTensor): RuntimeTensor => ({ data: Float32Array.from(data), shape: [...shape] });

/** A runtime that remembers its last run. */
export class RecordingRuntime implements StepRuntime {
  private last: RecordedRun | null = null;
  readonly name;
  readonly notice;

  constructor(private readonly inner: StepRuntime) {
    this.name = inner.name;
    this.notice = inner.notice;
  }

  async open(model: Uint8Array, threads: number): Promise<RuntimeSession> {
    const session = await this.inner.open(model, threads);
    const run = async (feeds: Readonly<Record<string, RuntimeTensor>>): Promise<RuntimeResults> => {
      const given = Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, copyOf(tensor)]));
      const results = await session.run(feeds);
      const outputs = new Map(session.outputNames.flatMap((name) => entry(name, results.tensor(name))));
      this.last = { model, feeds: given, outputs };
      return results;
    };
    return { inputNames: session.inputNames, outputNames: session.outputNames, run, release: () => session.release() };
  }

  lastRun(): RecordedRun {
    if (this.last === null) throw new Error('nothing has run');
    return this.last;
  }
}

function entry(name: string, tensor: RuntimeTensor | null): [string, RuntimeTensor][] {
  return tensor === null ? [] : [[name, copyOf(tensor)]];
}
