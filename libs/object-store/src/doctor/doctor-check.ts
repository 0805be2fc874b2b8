import type { Patient } from './patient.js';

/** `must`: the product loses or leaks data without it. `should`: something works worse. */
export type Severity = 'must' | 'should';

export interface DoctorCheck {
  /** Stable: for scripts and for the docs. */
  readonly id: string;
  /** In one sentence what holds when it passes. */
  readonly means: string;
  readonly severity: Severity;
  /** The setting to change when it fails, to paste or to click. */
  readonly advice: (patient: Patient) => string;
  /** It moves megabytes: not for the check at every start. */
  readonly heavy?: true;
  /** Null: as it should be. A text: what was seen instead; no secret, no signature. */
  readonly run: (patient: Patient) => Promise<string | null>;
}

/** Result of one check. */
export interface StoreCheck {
  readonly id: string;
  readonly means: string;
  readonly severity: Severity;
  readonly ok: boolean;
  /** For the operator: what was seen. No secret, no signature. */
  readonly detail: string;
  /** Null when all is well. */
  readonly advice: string | null;
}
