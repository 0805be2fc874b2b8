import { givenCorrelation, WorkContext } from '@app/observability';
import { headers, type MsgHdrs } from '@nats-io/transport-node';

const TRACEPARENT = 'traceparent';
const CORRELATION = 'x-correlation-id';
const MOST_CHARACTERS = 128;

/** Headers that carry the trace of an event beside its envelope, so that tools see it that know NATS and not us; undefined without a trace. */
export function traceHeaders(traceparent: string | undefined): MsgHdrs | undefined {
  if (traceparent === undefined) return undefined;
  const all = headers();
  all.set(TRACEPARENT, traceparent);
  return all;
}

/** The same for a question, with the correlation id of whoever asks; undefined where there is neither. */
export function questionHeaders(traceparent: string | undefined): MsgHdrs | undefined {
  const correlationId = WorkContext.current()?.correlationId;
  if (correlationId === undefined && traceparent === undefined) return undefined;
  const all = traceHeaders(traceparent) ?? headers();
  if (correlationId !== undefined) all.set(CORRELATION, correlationId);
  return all;
}

/** What came along with a question. */
export function readQuestionHeaders(given: MsgHdrs | undefined): { readonly traceparent?: string; readonly correlationId: string | null } {
  const traceparent = given?.get(TRACEPARENT) ?? '';
  const isUsable = traceparent !== '' && traceparent.length <= MOST_CHARACTERS;
  return { correlationId: givenCorrelation(given?.get(CORRELATION)), ...(isUsable ? { traceparent } : {}) };
}
