import { ERROR_CODES } from '@app/kernel';
import { z } from 'zod';

const findingSchema = z.object({
  code: z.string(),
  message: z.string(),
  pointer: z.string().optional(),
  entry: z.string().optional(),
  hint: z.string().optional(),
});

/** What a responder answers: the data, or a code from the same list as problem+json with a sentence. */
export const rpcReplySchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({ ok: z.literal(false), code: z.enum(ERROR_CODES), detail: z.string(), errors: z.array(findingSchema).optional() }),
]);

export type RpcReply = z.infer<typeof rpcReplySchema>;
