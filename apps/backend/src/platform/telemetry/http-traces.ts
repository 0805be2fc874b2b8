import { beginSpan, type OpenSpan } from '@app/observability';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Probes come every few seconds and tell nothing. */
const UNTRACED = '/api/v1/health/';

/** One span a request, named by the template of its route, as part of the trace that the client names by `traceparent`. */
export function traceRequests(fastify: FastifyInstance): void {
  const open = new WeakMap<FastifyRequest, OpenSpan>();
  const end = (request: FastifyRequest, status: number | null): void => {
    open.get(request)?.end(status === null ? {} : { 'http.response.status_code': status }, status === null ? 'aborted' : status >= 500 ? String(status) : undefined);
    open.delete(request);
  };
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    if (route.startsWith(UNTRACED)) return done();
    const { traceparent } = request.headers;
    const span = beginSpan(`${request.method} ${route}`, {
      kind: 'server',
      ...(typeof traceparent === 'string' ? { parent: traceparent } : {}),
      attributes: { 'http.request.method': request.method, 'http.route': route, 'vision.request_id': request.id },
    });
    if (span === null) return done();
    open.set(request, span);
    span.within(done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    end(request, reply.statusCode);
    done();
  });
  fastify.addHook('onRequestAbort', (request, done) => {
    end(request, null);
    done();
  });
}
