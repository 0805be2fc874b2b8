import type { RpcDefinition } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { currentTraceparent, inSpanOfTrace } from '@app/observability';
import type { z } from 'zod';
import type { NatsLink } from '../connection/nats-link.js';
import { questionHeaders } from '../trace-headers.js';
import { readReply } from './rpc-codec.js';

/** Long enough for a busy database, short enough that a user does not give up. */
const DEFAULT_TIMEOUT_MILLISECONDS = 5_000;

export interface RequestOptions {
  readonly timeoutMilliseconds?: number;
  /** Asked again and again: it is no part of a trace. */
  readonly isPoll?: boolean;
}

/** Asks over core NATS request/reply. */
export class RpcClient {
  constructor(private readonly link: NatsLink) {}

  /** The reply's data. Throws a DomainError: the responder's own code, or `unavailable` when nobody answered in time. */
  async request<Q extends z.ZodType, A extends z.ZodType>(
    definition: RpcDefinition<Q, A>,
    request: z.input<Q>,
    options: RequestOptions = {},
  ): Promise<z.output<A>> {
    const bytes = new TextEncoder().encode(JSON.stringify(definition.request.parse(request)));
    const ask = async (): Promise<z.output<A>> => readReply(definition, await this.ask(definition.subject, bytes, options));
    return options.isPoll === true ? ask() : inSpanOfTrace(`request ${definition.subject}`, { kind: 'client', attributes: { 'messaging.system': 'nats' } }, ask);
  }

  private async ask(subject: string, bytes: Uint8Array, { timeoutMilliseconds, isPoll }: RequestOptions): Promise<Uint8Array> {
    try {
      return (await this.link.current().request(subject, bytes, { timeout: timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS, headers: questionHeaders(isPoll === true ? undefined : currentTraceparent()) })).data;
    } catch (error) {
      if (error instanceof DomainError) throw error;
      throw new DomainError('unavailable', 'Nobody answered the request in time.', { retryAfterSeconds: 5, cause: error });
    }
  }
}
