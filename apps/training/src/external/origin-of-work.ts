import { currentTraceparent, WorkContext } from '@app/observability';

/** Variables for a trainer that writes lines or spans of its own: `TRACEPARENT` is read by what knows OpenTelemetry. */
export function originOfWork(): Record<string, string> {
  const correlationId = WorkContext.current()?.correlationId;
  const traceparent = currentTraceparent();
  return { ...(correlationId === undefined ? {} : { VISION_CORRELATION_ID: correlationId }), ...(traceparent === undefined ? {} : { TRACEPARENT: traceparent }) };
}
