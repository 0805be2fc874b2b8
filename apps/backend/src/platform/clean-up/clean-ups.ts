import { Injectable } from '@nestjs/common';
import type { CleanUpJob } from './clean-up-job.js';

/** All jobs that remove something by the clock; modules bring theirs along. */
@Injectable()
export class CleanUps {
  private readonly known = new Map<string, CleanUpJob>();

  register(...jobs: readonly CleanUpJob[]): void {
    for (const job of jobs) this.known.set(job.name, job);
  }

  /** By name. */
  all(): readonly CleanUpJob[] {
    return [...this.known.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): CleanUpJob | null {
    return this.known.get(name) ?? null;
  }
}
