import { InferenceCore } from '../engine/inference/inference-core.js';
import type { FromChild, LookMessage, Measured, OpenMessage, Refused, Seen, ToChild } from '../engine/inference/inference-messages.js';
import type { InferenceRun } from '../engine/inference/inference-run.js';
import { AttemptFailure } from '../jobs/attempt-errors.js';

/** The same work as in the child, in this process: sources run without a build. */
export class InProcessInference implements InferenceRun {
  private readonly core = new InferenceCore();
  isGone = false;

  async open(model: Omit<OpenMessage, 'kind'>): Promise<void> {
    await this.ask({ kind: 'open', ...model });
  }

  async look(image: Omit<LookMessage, 'kind' | 'id'>): Promise<Seen | Refused> {
    const said = await this.ask({ kind: 'look', id: 1, ...image });
    if (said.kind !== 'seen' && said.kind !== 'refused') throw new Error(`it answered ${said.kind}`);
    return said;
  }

  async measure(): Promise<Measured> {
    const said = await this.ask({ kind: 'measure' });
    if (said.kind !== 'measured') throw new Error(`it answered ${said.kind}`);
    return said.result;
  }

  async stop(): Promise<void> {
    this.isGone = true;
    await this.core.close();
  }

  private async ask(message: ToChild): Promise<FromChild> {
    const said = await this.core.answer(message);
    if (said === null) throw new Error('it gave no answer');
    if (said.kind === 'failed') throw new AttemptFailure(said.code, said.detail, { retryable: false });
    return said;
  }
}
