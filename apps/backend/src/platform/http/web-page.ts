import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import { DomainError } from '@app/kernel';
import type { FastifyInstance } from 'fastify';
import type { ProblemFilter } from '../errors/problem.filter.js';

/** Serves the built page, and its index for every path that is the page's own; unknown API routes stay 404. */
export async function serveWebPage(fastify: FastifyInstance, webRoot: string | undefined, problems: ProblemFilter): Promise<void> {
  const root = webRoot === undefined ? undefined : resolve(webRoot);
  if (root === undefined || !existsSync(resolve(root, 'index.html'))) return;
  await fastify.register(fastifyStatic, {
    root,
    wildcard: false,
    setHeaders: (reply, path) => {
      // Vite puts a hash of the content into the names under assets/.
      void reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  fastify.get('/*', (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    if (/^\/api(?:\/|$)/.test(path) || path.includes('.')) {
      problems.answer(new DomainError('not-found', 'There is no such resource, or you may not see it.'), request, reply);
      return reply;
    }
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
}
