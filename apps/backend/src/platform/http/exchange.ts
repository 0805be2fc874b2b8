import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The headers of a request, and the answer to set some on. */
export interface Exchange {
  readonly headers: FastifyRequest['headers'];
  readonly reply: FastifyReply;
}

/** For routes that speak in headers, such as entity tags. The answer's body is still what the route returns. */
export const CurrentExchange = createParamDecorator((_: unknown, context: ExecutionContext): Exchange => {
  const http = context.switchToHttp();
  return { headers: http.getRequest<FastifyRequest>().headers, reply: http.getResponse<FastifyReply>() };
});
