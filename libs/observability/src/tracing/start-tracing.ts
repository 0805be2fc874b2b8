import { useSpanMaker } from './spans.js';

export interface TracingOptions {
  /** `vision-backend`, `vision-training`. */
  readonly service: string;
  /** Tells replicas apart. */
  readonly instance: string;
  /** Base address of an OTLP receiver (HTTP, protobuf); spans go to `/v1/traces` behind it. */
  readonly endpoint: string | null;
  /** Lines of OTLP JSON are appended to this file. */
  readonly file: string | null;
  /** Of the traces that begin here, 0 to 1. A trace that somebody else began is kept as they decided. */
  readonly sampleRatio: number;
  /** Hears, at most once a minute, that spans could not be handed over. */
  readonly warn: (message: string) => void;
}

/** Turns traces on where they have somewhere to go; else loads nothing. Before the first request. */
export async function startTracing(options: TracingOptions): Promise<void> {
  if (options.endpoint === null && options.file === null) return;
  const { otelSpanMaker } = await import('./otel-spans.js');
  useSpanMaker(otelSpanMaker(options));
}
