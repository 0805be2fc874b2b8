import type { FromChild, StartMessage } from '../engine/child/child-messages.js';

/** One training in a process of its own, as EngineProcess gives it. */
export interface EngineRun {
  /** Resolves with the engine's last word. */
  run(start: StartMessage, onMessage: (message: FromChild) => Promise<void>): Promise<FromChild>;
  /** Ends it: asks, then SIGTERM, then SIGKILL. */
  stop(): Promise<void>;
}

export type LaunchEngine = () => EngineRun;

/** One run of whatever trains, told what to do before. */
export interface FollowedRun {
  /** Resolves with its last word. */
  run(onMessage: (message: FromChild) => Promise<void>): Promise<FromChild>;
  stop(): Promise<void>;
}
