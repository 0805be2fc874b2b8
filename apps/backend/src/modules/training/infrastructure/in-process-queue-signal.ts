import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { QueueSignal } from '../application/ports/queue-signal.port.js';

@Injectable()
export class InProcessQueueSignal extends QueueSignal {
  private isAwake = false;
  private interrupt: () => void = () => undefined;

  wake(): void {
    this.isAwake = true;
    this.interrupt();
  }

  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.isAwake && !signal.aborted) {
      const early = new AbortController();
      this.interrupt = (): void => early.abort();
      await sleep(milliseconds, undefined, { signal: AbortSignal.any([signal, early.signal]) }).catch(() => undefined);
    }
    this.isAwake = false;
  }
}
