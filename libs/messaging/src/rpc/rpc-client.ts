import type { RpcDefinition } from '@app/contracts';
import { DomainError } from '@app/kernel';
import type { z } from 'zod';
import type { NatsLink } from '../connection/nats-link.js';
import { readReply } from './rpc-codec.js';

/** Long enough for a busy database, short enough that a user does not give up. */
const DEFAULT_TIMEOUT_MILLISECONDS = 5_000;

/** Asks over core NATS request/reply. */
export class RpcClient {
  constructor(private readonly link: NatsLink) {}

  /** The reply's data. Throws a DomainError: the responder's own code, or `unavailable` when nobody answered in time. */
  async request<Q extends z.ZodType, A extends z.ZodType>(
    definition: RpcDefinition<Q, A>,
    request: z.input<Q>,
    options: { readonly timeoutMilliseconds?: number } = {},
  ): Promise<z.output<A>> {
    const bytes = new TextEncoder().encode(JSON.stringify(definition.request.parse(request)));
    const reply = await this.ask(definition.subject, bytes, options.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS);
    return readReply(definition, reply);
  }

  private async ask(subject: string, bytes: Uint8Array, timeout: number): Promise<Uint8Array> {
    try {
      return (await this.link.current().request(subject, bytes, { timeout })).data;
    } catch (error) {
      if (error instanceof DomainError) throw error;
      throw new DomainError('unavailable', 'Nobody answered the request in time.', { retryAfterSeconds: 5, cause: error });
    }
  }
}
