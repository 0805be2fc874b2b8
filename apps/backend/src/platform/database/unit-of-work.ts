/**
 * One transaction. Everything that a repository or `IntegrationEvents` does inside `run` commits or rolls back together.
 * Serialisation failures, deadlocks and lock time-outs (40001, 40P01, 55P03) are tried three times in all, then `unavailable`.
 */
export abstract class UnitOfWork {
  abstract run<T>(work: () => Promise<T>): Promise<T>;
  /** Runs after the commit of the unit of work in progress (at once outside one); may be lost in a crash: caches, wake-ups, SSE. */
  abstract afterCommit(reaction: () => void): void;
}
