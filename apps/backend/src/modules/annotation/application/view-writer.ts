import { DomainError, failpoint } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { LiveView, type CutMask, type DatasetCut } from './ports/live-view.port.js';
import { ViewClaims, type ViewClaim } from './ports/view-claims.port.js';
import { ViewStorage } from './ports/view-storage.port.js';

const RENEW_EVERY_MILLISECONDS = 10_000;

/** Writes the view of one dataset that is due: masks first, so that what the label file names is there. */
@Injectable()
export class ViewWriter {
  constructor(
    private readonly claims: ViewClaims,
    private readonly view: LiveView,
    private readonly storage: ViewStorage,
  ) {}

  /** False when nothing is due. Throws what went wrong with a view; it is due again a little later. */
  async writeNext(signal: AbortSignal): Promise<boolean> {
    const claim = await this.claims.claim();
    if (claim === null) return false;
    const lease = new Lease(claim, this.claims, signal);
    try {
      const seq = await this.write(lease);
      await failpoint('annotation.view.written', claim.datasetId);
      await this.claims.finish(lease.claim, seq);
    } catch (error) {
      await this.claims.release(lease.claim, signal.aborted || isGone(error) ? 0 : RETRY_SECONDS);
      if (!isGone(error)) throw error;
    } finally {
      lease.end();
    }
    return true;
  }

  private async write(lease: Lease): Promise<number> {
    const { datasetId, viewSeq } = lease.claim;
    const cut = await this.view.open(datasetId);
    try {
      for await (const mask of masksOf(cut, viewSeq)) await this.writeMask(datasetId, mask, lease.signal);
      await this.storage.writeAnnotations(datasetId, cut.annotations(), lease.signal);
      await this.storage.writeMeta(datasetId, await cut.meta(), lease.signal);
      return cut.facts.changeSeq;
    } finally {
      await cut.close();
    }
  }

  private async writeMask(datasetId: string, { number, png }: CutMask, signal: AbortSignal): Promise<void> {
    if (png === null) await this.storage.removeMask(datasetId, number);
    else await this.storage.writeMask(datasetId, number, png, signal);
  }
}

/** A store or database that is away is asked again after so long. */
const RETRY_SECONDS = 3;

const masksOf = (cut: DatasetCut, viewSeq: number): AsyncIterable<CutMask> => (viewSeq < 0 ? cut.masks() : cut.changedMasks(viewSeq));

function isGone(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'not-found';
}

/** Keeps a claim while its view is being written; `signal` ends the writing when the claim was lost or the process stops. */
class Lease {
  private readonly lost = new AbortController();
  private readonly timer: NodeJS.Timeout;
  readonly signal: AbortSignal;

  constructor(
    public claim: ViewClaim,
    private readonly claims: ViewClaims,
    stopped: AbortSignal,
  ) {
    this.signal = AbortSignal.any([stopped, this.lost.signal]);
    this.timer = setInterval(() => void this.renew(), RENEW_EVERY_MILLISECONDS);
  }

  end(): void {
    clearInterval(this.timer);
  }

  /** A database that is away for a moment is no lost claim: the lease lasts for several tries. */
  private async renew(): Promise<void> {
    const renewed = await this.claims.renew(this.claim).catch(() => this.claim);
    if (renewed === null) this.lost.abort(new DomainError('stale-attempt', 'Another process writes this view.'));
    else this.claim = renewed;
  }
}
