import type { Metrics } from '@app/observability';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isEventStream } from '../sse/sse-stream.js';

/** Requests for no route of ours: their paths are whatever somebody made up. */
const NO_ROUTE = 'none';
const SAVE = { method: 'PATCH', route: '/api/v1/datasets/:id/annotations/:image_id' };

/** Measures every request by the template of its route. A stream of events is left out: it takes as long as a page is open. */
export function measureRequests(fastify: FastifyInstance, metrics: Pick<Metrics, 'observe'>): void {
  const begun = new WeakMap<FastifyRequest, number>();
  const measure = (request: FastifyRequest, statusCode: number | null): void => {
    if (isEventStream(request)) return;
    const { method } = request;
    const route = request.is404 ? NO_ROUTE : (request.routeOptions.url ?? NO_ROUTE);
    const seconds = (performance.now() - (begun.get(request) ?? performance.now())) / 1000;
    metrics.observe('vision_http_request_duration_seconds', { method, route, status: statusCode === null ? 'aborted' : `${Math.floor(statusCode / 100)}xx` }, seconds);
    if (statusCode !== null && method === SAVE.method && route === SAVE.route) metrics.observe('vision_annotation_save_duration_seconds', { outcome: outcomeOf(statusCode) }, seconds);
  };
  fastify.addHook('onRequest', (request, _reply, done) => {
    begun.set(request, performance.now());
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    measure(request, reply.statusCode);
    done();
  });
  fastify.addHook('onRequestAbort', (request, done) => {
    measure(request, null);
    done();
  });
}

function outcomeOf(status: number): 'saved' | 'conflict' | 'refused' | 'failed' {
  if (status < 400) return 'saved';
  if (status === 412) return 'conflict';
  return status < 500 ? 'refused' : 'failed';
}
