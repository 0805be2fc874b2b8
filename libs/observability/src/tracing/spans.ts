export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** A `traceparent` of W3C Trace Context, from outside; without it the span in progress is the parent. One that cannot be read begins a trace. */
  readonly parent?: string;
  readonly attributes?: SpanAttributes;
}

/** Of work that is over. */
export interface SpanFacts extends SpanOptions {
  readonly begunAt: Date;
  readonly failure?: string;
}

export interface OpenSpan {
  /** What is done in it, and whatever that begins, has it for a parent. */
  within<T>(work: () => T): T;
  /** `failure`: a code, never a text that may hold what users wrote. */
  end(attributes?: SpanAttributes, failure?: string): void;
}

export interface SpanMaker {
  begin(name: string, options: SpanOptions): OpenSpan;
  tell(name: string, facts: SpanFacts): void;
  /** The `traceparent` of the span in progress. */
  current(): string | undefined;
  /** Hands over what is not told yet. */
  stop(): Promise<void>;
}

/** Null: traces are off, and nothing of OpenTelemetry is loaded. */
let maker: SpanMaker | null = null;

/** For `startTracing` and tests. */
export function useSpanMaker(next: SpanMaker | null): void {
  maker = next;
}

export const isTracing = (): boolean => maker !== null;

/** The `traceparent` to send along with what is sent now (https://www.w3.org/TR/trace-context/); undefined while traces are off or nobody began one. */
export const currentTraceparent = (): string | undefined => maker?.current();

/** Does the work in a span. Traces off: just does it. */
export async function inSpan<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  if (maker === null) return work();
  const span = maker.begin(name, options);
  try {
    const result = await span.within(work);
    span.end();
    return result;
  } catch (error) {
    span.end({}, failureOf(error));
    throw error;
  }
}

/** The same as part of a trace that somebody else began: without one there is no span. */
export async function inSpanOfTrace<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  return (options.parent ?? currentTraceparent()) === undefined ? work() : inSpan(name, options, work);
}

/** Begins a span that ends somewhere else; null while traces are off. */
export const beginSpan = (name: string, options: SpanOptions): OpenSpan | null => maker?.begin(name, options) ?? null;

/** Tells of work that is over, as part of a trace; without one nothing is told. */
export function tellSpan(name: string, facts: SpanFacts): void {
  if (maker === null || (facts.parent ?? maker.current()) === undefined) return;
  maker.tell(name, facts);
}

/** Ends tracing; what was not sent yet is sent. Never throws. */
export async function stopTracing(): Promise<void> {
  const last = maker;
  maker = null;
  await last?.stop().catch(() => undefined);
}

/** The code of an error, or its class: its text may hold what a user wrote. */
export function failureOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'error';
}
