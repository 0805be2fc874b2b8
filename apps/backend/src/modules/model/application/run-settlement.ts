import { Clock, DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { CredentialVerifier } from '../../../platform/auth/credential-verifier.js';
import type { Principal } from '../../../platform/auth/principal.js';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { ProposedLabels, type ProposalTarget, type ProposedObject } from '../../annotation/index.js';
import type { ModelRun } from '../domain/model-run.js';
import { RunStore } from './ports/run-store.port.js';
import { SuggestionStore, type Suggestion } from './ports/suggestion-store.port.js';
import { RUN_LEASE_SECONDS } from './run-lease.js';

/** Images at a time: their edits are written together. */
const BATCH = 100;

interface Settling {
  readonly run: ModelRun;
  readonly principal: Principal;
  readonly target: ProposalTarget;
}

/** Makes a run's suggestions labels, or takes it back: image by image, each an ordinary edit with its place in the history. */
@Injectable()
export class RunSettlement {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: RunStore,
    private readonly suggestions: SuggestionStore,
    private readonly labels: ProposedLabels,
    private readonly credentials: CredentialVerifier,
    private readonly clock: Clock,
  ) {}

  async accept(run: ModelRun, signal: AbortSignal): Promise<void> {
    const settling = await this.begin(run);
    const minScore = run.request?.minScore ?? 1;
    let looked = 0;
    let accepted = 0;
    for (let after = 0; ; ) {
      signal.throwIfAborted();
      const images = byImage(await this.suggestions.acceptable(run.id, minScore, { after, limit: BATCH }));
      if (images.length === 0) break;
      const taken = await Promise.all(images.map(([number, found]) => this.acceptImage(settling, number, found)));
      await this.suggestions.settle(run.datasetId, images.map(([number]) => number));
      looked += images.length;
      accepted += taken.filter(Boolean).length;
      after = images.at(-1)?.[0] ?? after;
      await this.runs.beat(run.id, RUN_LEASE_SECONDS, looked);
    }
    await this.runs.moveOn(run.id, 'accepting', { stage: 'done', progress: looked, accepted: run.accepted + accepted, request: null });
  }

  /** What was accepted first: should this end in between, the rest is found again. */
  async undo(run: ModelRun, signal: AbortSignal): Promise<void> {
    const settling = await this.begin(run);
    let looked = 0;
    for (let after = 0; ; ) {
      signal.throwIfAborted();
      const images = byImage(await this.suggestions.accepted(run.id, { after, limit: BATCH }));
      if (images.length === 0) break;
      const gone = await Promise.all(images.map(([number, found]) => this.takeBack(settling, number, found)));
      await this.suggestions.remove(gone.flat());
      looked += images.length;
      after = images.at(-1)?.[0] ?? after;
      await this.runs.beat(run.id, RUN_LEASE_SECONDS, looked);
    }
    await this.unitOfWork.run(async () => {
      await this.suggestions.forgetOpen(run.id);
      await this.runs.moveOn(run.id, 'undoing', { stage: 'undone', progress: looked, request: null, finishedAt: this.clock.now() });
    });
  }

  /** As the person who asked, with the rights that they have now. */
  private async begin(run: ModelRun): Promise<Settling> {
    const principal = run.request === null ? null : await this.credentials.ofUser(run.request.userId);
    if (principal === null) throw new DomainError('forbidden', 'Whoever asked for this may not do it any more.');
    return { run, principal, target: await this.labels.target(run.datasetId) };
  }

  private async acceptImage({ run, principal, target }: Settling, number: number, found: readonly Suggestion[]): Promise<boolean> {
    return ifThere(() => this.labels.acceptOnUnlabeled({ principal, datasetId: run.datasetId, number, reason: 'accept-suggestions' }, found.map(objectOf), target), false);
  }

  private async takeBack({ run, principal, target }: Settling, number: number, found: readonly Suggestion[]): Promise<readonly string[]> {
    return ifThere(() => this.labels.takeBack({ principal, datasetId: run.datasetId, number, reason: 'undo-suggestions' }, found.map(objectOf), target), []);
  }
}

const objectOf = ({ body }: Suggestion): ProposedObject => body as ProposedObject;

/** An image that was removed meanwhile, or whose class was, is passed over. */
async function ifThere<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError && (error.code === 'not-found' || error.code === 'validation-failed')) return otherwise;
    throw error;
  }
}

function byImage(found: readonly Suggestion[]): [number, Suggestion[]][] {
  const images = new Map<number, Suggestion[]>();
  for (const one of found) images.set(one.number, [...(images.get(one.number) ?? []), one]);
  return [...images];
}
