import { context, diag, DiagLogLevel, isSpanContextValid, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Span, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, ParentBasedSampler, TraceIdRatioBasedSampler, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { OtlpFileExporter } from './otlp-file-exporter.js';
import type { OpenSpan, SpanMaker, SpanOptions } from './spans.js';
import type { TracingOptions } from './start-tracing.js';

const KINDS = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT, producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER } as const;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;
const SAMPLED = 1;
/** Spans are sent in groups, a second after the first at the latest: a process that is killed loses no more. */
const SEND_MILLISECONDS = 1_000;
const WARN_MILLISECONDS = 60_000;
/** An end of the process waits no longer for a receiver that is away. */
const STOP_MILLISECONDS = 2_000;

/** Spans by the SDK of OpenTelemetry. Loaded only where traces are on: it costs some 200 ms of a start. */
export function otelSpanMaker(options: TracingOptions): SpanMaker {
  warnSeldom(options.warn);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.service, 'service.instance.id': options.instance }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.sampleRatio) }),
    spanProcessors: exportersOf(options).map((exporter) => new BatchSpanProcessor(exporter, { scheduledDelayMillis: SEND_MILLISECONDS })),
  });
  provider.register();
  const tracer = provider.getTracer('vision');
  return {
    begin: (name, of) => opened(tracer, name, of),
    tell: (name, { begunAt, failure, ...of }) => finish(start(tracer, name, { ...of, begunAt }).span, failure),
    current: () => traceparentOf(trace.getActiveSpan()),
    stop: async () => {
      await Promise.race([provider.shutdown(), new Promise((resolve) => setTimeout(resolve, STOP_MILLISECONDS).unref())]);
    },
  };
}

function exportersOf({ endpoint, file }: TracingOptions): SpanExporter[] {
  const url = endpoint === null ? null : `${endpoint.replace(/\/$/, '')}/v1/traces`;
  return [...(url === null ? [] : [new OTLPTraceExporter({ url })]), ...(file === null ? [] : [new OtlpFileExporter(file)])];
}

function opened(tracer: Tracer, name: string, options: SpanOptions): OpenSpan {
  const { span, parent } = start(tracer, name, options);
  const inside = trace.setSpan(parent, span);
  return {
    within: (work) => context.with(inside, work),
    end: (attributes = {}, failure) => {
      span.setAttributes(attributes);
      finish(span, failure);
    },
  };
}

function start(tracer: Tracer, name: string, { kind, parent: given, attributes, begunAt }: SpanOptions & { readonly begunAt?: Date }): { readonly span: Span; readonly parent: Context } {
  const parent = given === undefined ? context.active() : contextOf(given);
  const span = tracer.startSpan(name, { kind: KINDS[kind ?? 'internal'], attributes: { ...attributes }, ...(begunAt === undefined ? {} : { startTime: begunAt }) }, parent);
  return { span, parent };
}

function finish(span: Span, failure: string | undefined): void {
  if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
  span.end();
}

/** The context that a `traceparent` names; an empty one where it cannot be read. */
function contextOf(traceparent: string): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const remote = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & SAMPLED, isRemote: true };
  return isSpanContextValid(remote) ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
}

function traceparentOf(span: Span | undefined): string | undefined {
  if (span === undefined) return undefined;
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** The SDK's own complaints, which are silent without this. */
function warnSeldom(warn: (message: string) => void): void {
  let warnedAt = Number.NEGATIVE_INFINITY;
  const complain = (): void => {
    if (performance.now() - warnedAt < WARN_MILLISECONDS) return;
    warnedAt = performance.now();
    // Not their text: it may hold the headers of the receiver.
    warn('spans could not be handed over; traces of this time are not whole');
  };
  const nothing = (): void => undefined;
  diag.setLogger({ error: complain, warn: complain, info: nothing, debug: nothing, verbose: nothing }, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
