export interface CleanUpAmount {
  readonly count: number;
  /** Null: only the store knows, object by object. */
  readonly bytes: number | null;
}

/** One run of a job, in this replica only. */
export interface CleanUpPass {
  /** What is due is told by it. */
  readonly now: Date;
  /** False: the run shall end here, between two steps; the next one goes on. */
  mayGoOn(): Promise<boolean>;
}

/**
 * What is removed by the clock. A run may be killed at any point, and the next one goes on: each step leaves what a later one still finds. Two runs at once never happen, but would do no harm.
 */
export interface CleanUpJob {
  /** In paths of the API and in logs. */
  readonly name: string;
  /** One sentence for the administrator: what goes, and when. */
  readonly removes: string;
  /** How long it is kept, and the variable that says so; null: no setting. */
  readonly keepsSeconds: number;
  readonly setting: string | null;
  readonly everySeconds: number;
  /** After the first start of the installation. */
  readonly firstAfterSeconds: number;
  /** Objects of the store that rows name or named: not while somebody holds them. */
  readonly removesObjects: boolean;
  /** Planning lists objects of the store: only when asked for. */
  readonly plansByListing?: boolean;
  /** What a run would remove now. Changes nothing. */
  plan(now: Date): Promise<CleanUpAmount>;
  /** What was removed. */
  run(pass: CleanUpPass): Promise<CleanUpAmount>;
}
