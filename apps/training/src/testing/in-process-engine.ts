import { runTraining } from '../engine/child/run-training.js';
import type { FromChild, StartMessage } from '../engine/child/child-messages.js';
import { OnnxEngine } from '../engine/onnx-engine.js';
import type { EngineRun } from '../jobs/engine-run.js';

/** The real engine without its process, for tests that run from the sources. */
export class InProcessEngine implements EngineRun {
  private stopping = false;
  private running: Promise<unknown> = Promise.resolve();

  async run(start: StartMessage, onMessage: (message: FromChild) => Promise<void>): Promise<FromChild> {
    let last: FromChild = { kind: 'failed', code: 'engine-crashed', detail: 'no last word' };
    let handling = Promise.resolve();
    const tell = (message: FromChild): void => {
      if (message.kind === 'done' || message.kind === 'stopped' || message.kind === 'failed') last = message;
      else handling = handling.then(() => onMessage(message));
    };
    const work = runTraining(new OnnxEngine(), start, { tell, shouldStop: () => this.stopping });
    this.running = work.catch(() => undefined);
    await work;
    await handling;
    return last;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }
}
