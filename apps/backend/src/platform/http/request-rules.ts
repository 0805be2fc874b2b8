import { parseStrictJson } from '@app/dice-format';
import { DomainError } from '@app/kernel';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** The route reads a multipart form. Any other route refuses one. */
export const AcceptsForm = (): MethodDecorator => RouteConfig({ acceptsForm: true });

/**
 * JSON is read strictly and is the only body besides the forms of uploads: a page of another site cannot send JSON without a preflight, but a form it
 * can. Packed bodies are not unpacked: a small one could become any size.
 */
export function installBodies(fastify: FastifyInstance, maxJsonBytes: number): void {
  fastify.addHook('onRequest', (request, _reply, done) => done(refusalOf(request)));
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: maxJsonBytes }, (_request, body, done) => {
    try {
      done(null, parseStrictJson(body as Buffer));
    } catch (error) {
      done(error instanceof Error ? error : new DomainError('malformed-json', 'The body is not JSON.'), undefined);
    }
  });
}

function refusalOf(request: FastifyRequest): DomainError | undefined {
  // RFC 9112, 3.2: two servers could each believe another one.
  if (namesOf(request).filter((name) => name === 'host').length > 1) return new DomainError('malformed-request', 'The request names two hosts.');
  const coding = request.headers['content-encoding'] ?? 'identity';
  if (coding.toLowerCase() !== 'identity') return new DomainError('unsupported-media-type', 'Bodies are sent without a Content-Encoding.');
  const isForm = /^\s*multipart\//i.test(request.headers['content-type'] ?? '');
  const { acceptsForm } = request.routeOptions.config as { acceptsForm?: boolean };
  if (isForm && acceptsForm !== true && !request.is404) return new DomainError('unsupported-media-type', 'This route does not accept this Content-Type.');
  return undefined;
}

function namesOf(request: FastifyRequest): string[] {
  return request.raw.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
}
