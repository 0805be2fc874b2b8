import { appendFile } from 'node:fs/promises';
import type { AttributeValue, HrTime } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';

type Done = Parameters<SpanExporter['export']>[1];

/** As core's ExportResultCode, which only a dependency of ours depends on. */
const [SUCCESS, FAILED] = [0, 1];

/**
 * Appends spans to a file, one OTLP message in JSON a line, as the collector's own file exporter writes them: any tool for OTLP reads it. Several processes may
 * write to one file.
 * Source: https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
 */
export class OtlpFileExporter implements SpanExporter {
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly path: string) {}

  export(spans: ReadableSpan[], done: Done): void {
    this.writing = this.writing.then(() => appendFile(this.path, `${JSON.stringify(otlpOf(spans))}\n`)).then(
      () => done({ code: SUCCESS }),
      (error: unknown) => done({ code: FAILED, error: error instanceof Error ? error : new Error(String(error)) }),
    );
  }

  async shutdown(): Promise<void> {
    await this.writing;
  }

  async forceFlush(): Promise<void> {
    await this.writing;
  }
}

/** One message of spans of one process. */
function otlpOf(spans: readonly ReadableSpan[]): unknown {
  const [first] = spans;
  return {
    resourceSpans: [{ resource: { attributes: attributesOf(first?.resource.attributes ?? {}) }, scopeSpans: [{ scope: { name: first?.instrumentationScope.name ?? '' }, spans: spans.map(spanOf) }] }],
  };
}

function spanOf(span: ReadableSpan): unknown {
  const { traceId, spanId } = span.spanContext();
  return {
    traceId,
    spanId,
    ...(span.parentSpanContext === undefined ? {} : { parentSpanId: span.parentSpanContext.spanId }),
    name: span.name,
    // The protocol counts from 1, the API from 0.
    kind: span.kind + 1,
    startTimeUnixNano: nanosecondsOf(span.startTime),
    endTimeUnixNano: nanosecondsOf(span.endTime),
    attributes: attributesOf(span.attributes),
    status: { code: span.status.code, ...(span.status.message === undefined ? {} : { message: span.status.message }) },
  };
}

const nanosecondsOf = ([seconds, nanoseconds]: HrTime): string => (BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)).toString();

function attributesOf(attributes: Readonly<Record<string, unknown>>): unknown[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }));
}

function valueOf(value: AttributeValue | unknown): Record<string, unknown> {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { stringValue: String(value) };
}
