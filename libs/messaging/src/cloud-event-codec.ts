import { cloudEventSchema, type CloudEvent, type EventDefinition } from '@app/contracts';
import { newId } from '@app/kernel';
import type { z } from 'zod';

export interface EventFacts<S extends z.ZodType> {
  readonly definition: EventDefinition<S>;
  /** Who publishes: `urn:vision:backend`, `urn:vision:training`. */
  readonly source: string;
  /** Id of the aggregate. */
  readonly subject: string;
  readonly data: z.input<S>;
  /** A repeat of the same event keeps its id. */
  readonly id?: string;
  readonly time?: Date;
  readonly correlationId?: string;
  readonly causationId?: string;
  /** Of the span in which it is written. */
  readonly traceparent?: string;
  readonly aggregateVersion?: number;
  /** Of a kind that has lanes. */
  readonly lane?: string;
}

/** An event whose data was checked against the schema of its subject. */
export interface TypedEvent<T> extends CloudEvent {
  readonly data: T;
}

/** Makes the envelope and checks the data; a ZodError here is a mistake of ours, not of a peer. */
export function makeEvent<S extends z.ZodType>(facts: EventFacts<S>): TypedEvent<z.output<S>> {
  const id = facts.id ?? newId();
  return {
    specversion: '1.0',
    id,
    source: facts.source,
    type: facts.definition.subject,
    subject: facts.subject,
    time: (facts.time ?? new Date()).toISOString(),
    datacontenttype: 'application/json',
    correlationid: facts.correlationId ?? id,
    ...(facts.causationId === undefined ? {} : { causationid: facts.causationId }),
    ...(facts.traceparent === undefined ? {} : { traceparent: facts.traceparent }),
    ...(facts.aggregateVersion === undefined ? {} : { aggregateversion: facts.aggregateVersion }),
    ...(facts.lane === undefined ? {} : { partitionkey: facts.lane }),
    data: facts.definition.data.parse(facts.data),
  };
}

const UTF8 = new TextEncoder();

export const encodeEvent = (event: CloudEvent): Uint8Array => UTF8.encode(JSON.stringify(event));

/** The event, or why it cannot be used. Never throws: the bytes come from outside. */
export function decodeEvent(bytes: Uint8Array, subject: string, data: z.ZodType): { ok: true; event: TypedEvent<unknown> } | { ok: false; reason: string } {
  const json = decodeJson(bytes);
  if (!json.ok) return json;
  const envelope = cloudEventSchema.safeParse(json.value);
  if (!envelope.success) return { ok: false, reason: `not a CloudEvent: ${firstIssue(envelope.error)}` };
  if (envelope.data.type !== subject) return { ok: false, reason: `type ${envelope.data.type.slice(0, 64)} came under another subject` };
  const body = data.safeParse(envelope.data.data);
  if (!body.success) return { ok: false, reason: `data does not fit ${subject}: ${firstIssue(body.error)}` };
  return { ok: true, event: { ...envelope.data, data: body.data } };
}

/** JSON in strict UTF-8. */
export function decodeJson(bytes: Uint8Array): { ok: true; value: unknown } | { ok: false; reason: string } {
  try {
    return { ok: true, value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return { ok: false, reason: 'not JSON in UTF-8' };
  }
}

export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'unknown' : `/${issue.path.map(String).join('/')} ${issue.message}`;
}
