import type { LookMessage, Measured, OpenMessage, Refused, Seen } from './inference-messages.js';

/** A model in use. Calls may come together; they are answered in order. Errors are AttemptFailures. */
export interface InferenceRun {
  open(model: Omit<OpenMessage, 'kind'>): Promise<void>;
  look(image: Omit<LookMessage, 'kind' | 'id'>): Promise<Seen | Refused>;
  /** Of the images so far. */
  measure(): Promise<Measured>;
  /** Whether it can be asked no more. */
  readonly isGone: boolean;
  stop(): Promise<void>;
}

export type LaunchInference = () => InferenceRun;
