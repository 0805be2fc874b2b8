import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { JobEventSignal } from '../application/ports/job-event-signal.port.js';

@Injectable()
export class InProcessJobEventSignal extends JobEventSignal {
  // One listener an open stream; many people may watch one job.
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  notify(jobId: string): void {
    this.emitter.emit(jobId);
  }

  async wait(jobId: string, milliseconds: number, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    try {
      await Promise.race([once(this.emitter, jobId, { signal: either }), sleep(milliseconds, undefined, { signal: either })]);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      done.abort();
    }
  }
}
