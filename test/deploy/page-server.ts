import helmet from '@fastify/helmet';
import fastify from 'fastify';
import { pageHeaders, type PageFacts } from '../../apps/backend/src/platform/http/page-headers.js';

/** Headers that a server sets by itself. */
const OF_EVERY_ANSWER = ['content-type', 'content-length', 'date', 'connection'];

/** What the backend sends with the page, by name. */
export async function headersOfBackend(facts: PageFacts): Promise<ReadonlyMap<string, string>> {
  const server = fastify();
  await server.register(helmet, pageHeaders(facts));
  server.get('/', () => 'page');
  const answer = await server.inject('/');
  await server.close();
  return new Map(Object.entries(answer.headers).flatMap(([name, value]) => (OF_EVERY_ANSWER.includes(name) ? [] : [[name, String(value)] as const])));
}

/** The same as directives of nginx, with the two facts as variables of its image. */
export async function headersTemplate(): Promise<string> {
  const headers = await headersOfBackend({ storeOrigin: 'https://store.invalid', isBehindHttps: true });
  const lines = [...headers].map(([name, value]) => {
    const text = name === 'strict-transport-security' ? '${STRICT_TRANSPORT_SECURITY}' : value.replaceAll('https://store.invalid', '${STORE_ORIGIN}');
    return `add_header ${name} "${text}" always;`;
  });
  return ['# Written from apps/backend/src/platform/http/page-headers.ts by test/deploy/page-server.spec.ts (run it with -u). An empty value is no header.', ...lines.sort(), ''].join('\n');
}
