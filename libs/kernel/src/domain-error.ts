import type { ErrorCode } from './error-codes.js';

/** One thing that is wrong, at one place. `pointer` is an RFC 6901 JSON pointer, `entry` a path inside an archive. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly pointer?: string;
  readonly entry?: string;
  /** What the user can do about it, where that is not obvious. */
  readonly hint?: string;
}

export interface DomainErrorOptions {
  readonly findings?: readonly Finding[];
  /** Seconds after which a repeat may succeed; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Extra members of the problem document, such as the current state after a conflict. Never secrets, never internals. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A refusal with a stable code and a sentence for people. Mapped once, at the edge (HTTP problem+json, NATS reply). */
export class DomainError extends Error {
  readonly findings: readonly Finding[];
  readonly retryAfterSeconds: number | undefined;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    options: DomainErrorOptions = {},
  ) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.findings = options.findings ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.extensions = options.extensions ?? {};
  }
}
