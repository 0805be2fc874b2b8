import { DomainError } from '@app/kernel';
import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemHeaders, problemOf } from './problem-document.js';
import { toDomainError } from './to-domain-error.js';

/** Every error of every route becomes a problem document here, once; an unknown one is logged once. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = unlessAnotherMethod(toDomainError(thrown), request, reply);
    const problem = problemOf(error, request.id);
    if (problem.status >= 500) this.log(error, request, problem.status);
    // A stream that has begun cannot become a problem; its end without an end tells the client.
    if (reply.raw.headersSent || reply.sent) {
      reply.raw.destroy();
      return;
    }
    // The rest of a refused body is not read: the connection cannot be used again.
    if (!request.raw.complete) reply.header('connection', 'close');
    void reply.status(problem.status).headers(problemHeaders(error)).send(JSON.stringify(problem));
  }

  private log(error: Error, request: FastifyRequest, status: number): void {
    const cause: unknown = error.cause ?? error;
    // What we refuse by ourselves is no surprise, and a probe may ask every few seconds.
    const text = cause instanceof DomainError ? cause.message : cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    const line = `${request.method} ${request.url.split('?')[0] ?? ''} ${status} request ${request.id}: ${text}`;
    if (status === 500) this.logger.error(line);
    else this.logger.warn(line);
  }
}

/** A path that is there, asked with a method that it does not know: 405 with what it knows (RFC 9110, 15.5.6). */
function unlessAnotherMethod(error: DomainError, request: FastifyRequest, reply: FastifyReply): DomainError {
  if (error.code !== 'not-found') return error;
  const methods = request.server.methodsAt(request.url.split('?')[0] ?? '');
  // What answers GET answers HEAD.
  const known = methods.length === 0 || methods.includes(request.method) || (request.method === 'HEAD' && methods.includes('GET'));
  if (known) return error;
  reply.header('allow', methods.join(', '));
  return new DomainError('method-not-allowed', 'This route does not know this method.', { cause: error });
}
