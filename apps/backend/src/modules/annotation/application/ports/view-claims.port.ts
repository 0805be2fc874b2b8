/** The right to write the view of one dataset, for as long as the lease lasts. */
export interface ViewClaim {
  readonly datasetId: string;
  /** What the bucket shows: a position, or below 0. */
  readonly viewSeq: number;
  /** Of this claim; who took it over has another. */
  readonly token: string;
}

/** Which views are behind, and who writes them. Statements of their own: nothing is held while the store is written to. */
export abstract class ViewClaims {
  /** A view that is due and that nobody writes; null when there is none. */
  abstract claim(): Promise<ViewClaim | null>;
  /** Makes the lease last from now on; null when somebody else has taken over. */
  abstract renew(claim: ViewClaim): Promise<ViewClaim | null>;
  /** The bucket shows this position. Where somebody else has taken over meanwhile, what it shows is not known: it is written again. */
  abstract finish(claim: ViewClaim, seq: number): Promise<void>;
  /** Gives it back; it may be taken again after so many seconds. */
  abstract release(claim: ViewClaim, afterSeconds: number): Promise<void>;
}
