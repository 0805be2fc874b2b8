import { Clock, DomainError } from '@app/kernel';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { AccessPolicy } from '../auth/access-policy.js';
import { CurrentPrincipal, RequireScope } from '../auth/decorators.js';
import type { Principal } from '../auth/principal.js';
import { ApiAnswer, ZodParam, ZodQuery } from '../http/zod-decorators.js';
import { CleanUpBoard, type CleanUpState } from './clean-up-board.js';
import type { CleanUpAmount, CleanUpJob } from './clean-up-job.js';
import { CleanUpRunner } from './clean-up-runner.js';
import { CleanUps } from './clean-ups.js';
import { RetentionHolds } from './retention-holds.js';

const amountSchema = z.object({ count: z.number().int().describe('objects, rows or datasets, as the job says'), bytes: z.number().nullable().describe('null: not known without asking the store for each') });
const cleanUpSchema = z.object({
  name: z.string(),
  removes: z.string().describe('one sentence: what goes, and when'),
  keeps_seconds: z.number().describe('how long it is kept'),
  setting: z.string().nullable().describe('the variable that says so; null: not to be set'),
  every_seconds: z.number(),
  state: z.enum(['idle', 'running', 'held']).describe('held: it removes objects, and somebody holds them'),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  next_at: z.iso.datetime().nullable(),
  outcome: z.enum(['done', 'failed', 'held']).nullable().describe('of the last run that ended'),
  removed: amountSchema.describe('by the last run that ended'),
  failure: z.string().nullable(),
  would_remove: amountSchema.nullable().describe('by a run now; null: only a dry run tells, since it lists objects'),
});
const listResponse = z.object({
  items: z.array(cleanUpSchema),
  hold: z.object({ kind: z.string(), until: z.iso.datetime() }).nullable().describe('who holds the objects of the store; no clean-up removes one until then'),
});
const nameParam = z.string().regex(/^[a-z][a-z-]{1,60}$/);
const runQuery = z.strictObject({ dry_run: z.enum(['true', 'false']).default('false').transform((text) => text === 'true').describe('only count what a run would remove') });
const runResponse = z.object({ name: z.string(), dry_run: z.boolean(), would_remove: amountSchema.nullable().describe('of a dry run') });
type Listed = z.infer<typeof cleanUpSchema>;

/** What is removed by the clock, for the administrator of the installation. */
@ApiTags('maintenance')
@Controller({ path: 'admin/clean-ups', version: '1' })
export class CleanUpsController {
  constructor(
    private readonly jobs: CleanUps,
    private readonly board: CleanUpBoard,
    private readonly runner: CleanUpRunner,
    private readonly holds: RetentionHolds,
    private readonly clock: Clock,
  ) {}

  @Get()
  @RequireScope('admin')
  @ApiAnswer(200, listResponse, 'Every clean-up: when it ran last, what it removed, when it runs next and what it would remove now.')
  async list(@CurrentPrincipal() principal: Principal): Promise<z.infer<typeof listResponse>> {
    AccessPolicy.assertAdministrator(principal);
    const [states, hold] = [new Map((await this.board.states()).map((state) => [state.name, state])), await this.holds.live()];
    const items: Listed[] = [];
    for (const job of this.jobs.all()) items.push(listed(job, { state: states.get(job.name), isHeld: hold !== null, amount: job.plansByListing === true ? null : await job.plan(this.clock.now()) }));
    return { items, hold: hold === null ? null : { kind: hold.kind, until: hold.until.toISOString() } };
  }

  @Post(':name/run')
  @HttpCode(200)
  @RequireScope('admin')
  @ApiAnswer(200, runResponse, 'A dry run: what would go. Else it began, in the background; the list tells how it ended. 409 while it runs, or while objects are held.')
  async run(@CurrentPrincipal() principal: Principal, @ZodParam('name', nameParam) name: string, @ZodQuery(runQuery) { dry_run: isDry }: z.infer<typeof runQuery>): Promise<z.infer<typeof runResponse>> {
    AccessPolicy.assertAdministrator(principal);
    const job = this.jobs.find(name);
    if (job === null) throw new DomainError('not-found', 'There is no such clean-up.');
    if (isDry) return { name, dry_run: true, would_remove: await job.plan(this.clock.now()) };
    await this.runner.begin(job);
    return { name, dry_run: false, would_remove: null };
  }
}

const NEVER: Omit<CleanUpState, 'name'> = { isRunning: false, startedAt: null, finishedAt: null, nextAt: null, outcome: null, removed: 0, removedBytes: 0, failure: null };

function listed(job: CleanUpJob, { state = { name: job.name, ...NEVER }, isHeld, amount }: { readonly state: CleanUpState | undefined; readonly isHeld: boolean; readonly amount: CleanUpAmount | null }): Listed {
  const iso = (date: Date | null): string | null => date?.toISOString() ?? null;
  const idle = isHeld && job.removesObjects ? 'held' : 'idle';
  return {
    ...{ name: job.name, removes: job.removes, keeps_seconds: job.keepsSeconds, setting: job.setting, every_seconds: job.everySeconds },
    ...{ state: state.isRunning ? 'running' : idle, outcome: state.outcome, failure: state.failure },
    ...{ started_at: iso(state.startedAt), finished_at: iso(state.finishedAt), next_at: iso(state.nextAt) },
    ...{ removed: { count: state.removed, bytes: state.removedBytes }, would_remove: amount },
  };
}
