import type { FastifyInstance } from 'fastify';

interface KnownRoute {
  readonly pattern: RegExp;
  readonly methods: ReadonlySet<string>;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Methods of the routes at this path; empty where there is none. Routes for any path do not count. */
    methodsAt(path: string): string[];
  }
}

/** Remembers the routes, so that a known path with an unknown method is told from an unknown path. Before the routes are made. */
export function rememberRoutes(fastify: FastifyInstance): void {
  const routes: KnownRoute[] = [];
  fastify.addHook('onRoute', ({ url, method }) => {
    if (!url.includes('*')) routes.push({ pattern: patternOf(url), methods: new Set([method].flat().filter((one) => one !== 'HEAD')) });
  });
  fastify.decorate('methodsAt', (path: string) => {
    const found = routes.filter((route) => route.pattern.test(path)).flatMap((route) => [...route.methods]);
    return [...new Set(found)].sort();
  });
}

/** `/datasets/:id` matches one part in the place of `:id`. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)));
  return new RegExp(`^${parts.join('/')}/?$`);
}
