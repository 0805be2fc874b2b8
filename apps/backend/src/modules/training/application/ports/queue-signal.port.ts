/** Says in this process that the queue may move; other replicas look by themselves. May be lost. */
export abstract class QueueSignal {
  abstract wake(): void;
  /** Resolves at the next `wake` (also one since the last `wait`), after `milliseconds`, or when the signal aborts. */
  abstract wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}
