import type { IncomingMessage, ServerResponse } from 'node:http';
import { elementsOf, textOf } from './xml.js';

export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly expose: readonly string[];
}

/** What a bucket's CORS document says. */
export function corsRules(xml: string): CorsRule[] {
  return elementsOf(xml, 'CORSRule').map((rule) => {
    const all = (name: string): string[] => elementsOf(rule, name).map((text) => text.trim());
    return { origins: all('AllowedOrigin'), methods: all('AllowedMethod'), expose: all('ExposeHeader') };
  });
}

export const corsIsUsable = (xml: string): boolean => corsRules(xml).length > 0 && textOf(xml, 'AllowedMethod') !== undefined;

/** Sets the headers that the rules allow for this origin; on errors too, since a browser hides an error without them. */
export function applyCors(rules: readonly CorsRule[], request: IncomingMessage, response: ServerResponse): boolean {
  const { origin } = request.headers;
  if (origin === undefined || origin === 'null') return false;
  const method = String(request.headers['access-control-request-method'] ?? request.method);
  const rule = rules.find((one) => one.methods.includes(method) && one.origins.some((allowed) => allowed === '*' || allowed === origin));
  response.setHeader('vary', 'Origin');
  if (rule === undefined) return false;
  response.setHeader('access-control-allow-origin', rule.origins.includes('*') ? '*' : origin);
  response.setHeader('access-control-expose-headers', rule.expose.join(', '));
  if (request.method === 'OPTIONS') {
    response.setHeader('access-control-allow-methods', rule.methods.join(', '));
    response.setHeader('access-control-allow-headers', String(request.headers['access-control-request-headers'] ?? ''));
    response.setHeader('access-control-max-age', '3000');
  }
  return true;
}
