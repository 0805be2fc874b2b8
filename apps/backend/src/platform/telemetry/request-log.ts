import { AsyncResource } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Something new was made or begun. */
const BEGAN = new Set([201, 202]);
const FAILED = 500;

/**
 * One line a request: at `info` where something was made or begun, at `warn` where it failed here, else at `debug`. By the template of its route, since addresses
 * may hold what is nobody's business. Behind the hooks that set the context: the line has the ids of its request.
 */
export function logRequests(fastify: FastifyInstance): void {
  const logger = new Logger('Http');
  // An answer ends in a callback of its socket, which knows of no request.
  const begun = new WeakMap<FastifyRequest, { readonly at: number; readonly scope: AsyncResource }>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    begun.set(request, { at: performance.now(), scope: new AsyncResource('vision-request') });
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const begin = begun.get(request);
    begin?.scope.runInAsyncScope(() => tell(logger, request, { status: reply.statusCode, milliseconds: performance.now() - begin.at }));
    done();
  });
}

function tell(logger: Logger, request: FastifyRequest, { status, milliseconds }: { readonly status: number; readonly milliseconds: number }): void {
  const route = request.is404 ? 'no route' : (request.routeOptions.url ?? 'no route');
  const line = `${request.method} ${route} ${status} in ${milliseconds.toFixed(0)} ms`;
  if (status >= FAILED) logger.warn(line);
  else if (BEGAN.has(status)) logger.log(line);
  else logger.debug(line);
}
