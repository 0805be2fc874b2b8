import { rpcReplySchema, type RpcDefinition, type RpcReply } from '@app/contracts';
import { DomainError } from '@app/kernel';
import type { z } from 'zod';
import { decodeJson, firstIssue } from '../cloud-event-codec.js';
import { reasonOf, type MessagingLog } from '../messaging-log.js';

/** The reply of a handler's outcome; an unknown error is logged and answered as `internal` without its text. */
export async function answer(definition: RpcDefinition, bytes: Uint8Array, options: { handle: (request: unknown) => Promise<unknown>; log: MessagingLog }): Promise<RpcReply> {
  const json = decodeJson(bytes);
  if (!json.ok) return { ok: false, code: 'malformed-json', detail: 'The request is not JSON in UTF-8.' };
  const request = definition.request.safeParse(json.value);
  if (!request.success) return { ok: false, code: 'validation-failed', detail: `The request does not fit ${definition.subject}: ${firstIssue(request.error)}` };
  try {
    return { ok: true, data: definition.reply.parse(await options.handle(request.data)) };
  } catch (error) {
    if (error instanceof DomainError) {
      return { ok: false, code: error.code, detail: error.detail, ...(error.findings.length === 0 ? {} : { errors: [...error.findings] }) };
    }
    options.log.error(`${definition.subject}: ${reasonOf(error)}`);
    return { ok: false, code: 'internal', detail: 'The request could not be answered because of an error here.' };
  }
}

/** The data of a reply, or the DomainError that it carries. */
export function readReply<A extends z.ZodType>(definition: RpcDefinition<z.ZodType, A>, bytes: Uint8Array): z.output<A> {
  const json = decodeJson(bytes);
  const reply = json.ok ? rpcReplySchema.safeParse(json.value) : undefined;
  if (reply === undefined || !reply.success) throw new DomainError('unavailable', 'The answer could not be read.', { retryAfterSeconds: 5 });
  if (!reply.data.ok) throw new DomainError(reply.data.code, reply.data.detail, { findings: reply.data.errors ?? [] });
  return definition.reply.parse(reply.data.data);
}
