import type { IncomingMessage, ServerResponse } from 'node:http';
import { elementsOf, unescapeXml, xmlDocument } from './xml.js';

export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** Lower case; `*` stands for any run of characters. */
  readonly headers: readonly string[];
  readonly expose: readonly string[];
}

/** What a bucket's CORS document says. */
export function corsRules(xml: string): CorsRule[] {
  return elementsOf(xml, 'CORSRule').map((rule) => {
    const all = (name: string): string[] => elementsOf(rule, name).map((text) => unescapeXml(text.trim()));
    return { origins: all('AllowedOrigin'), methods: all('AllowedMethod'), headers: all('AllowedHeader').map((header) => header.toLowerCase()), expose: all('ExposeHeader') };
  });
}

export function corsDocument(rules: readonly CorsRule[]): string {
  return xmlDocument('CORSConfiguration', {
    CORSRule: rules.map(({ origins, methods, headers, expose }) => ({ AllowedOrigin: origins, AllowedMethod: methods, AllowedHeader: headers, ExposeHeader: expose })),
  });
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'];

/** Every rule names an origin and methods, and what it names can stand in a header. */
export function corsIsUsable(rules: readonly CorsRule[]): boolean {
  const printable = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);
  return rules.length > 0 && rules.every((rule) => rule.origins.length > 0 && rule.methods.length > 0 && rule.methods.every((method) => METHODS.includes(method)) && [...rule.origins, ...rule.headers, ...rule.expose].every(printable));
}

/** Sets the headers that the rules allow for this origin; on errors too, since a browser hides an error without them. */
export function applyCors(rules: readonly CorsRule[], request: IncomingMessage, response: ServerResponse): boolean {
  const { origin } = request.headers;
  if (origin === undefined || origin === 'null') return false;
  const method = String(request.headers['access-control-request-method'] ?? request.method);
  const asked = request.method === 'OPTIONS' ? String(request.headers['access-control-request-headers'] ?? '') : '';
  const rule = rules.find((one) => one.methods.includes(method) && one.origins.some((allowed) => allowed === '*' || allowed === origin) && allowsHeaders(one, asked));
  response.setHeader('vary', 'Origin');
  if (rule === undefined) return false;
  response.setHeader('access-control-allow-origin', rule.origins.includes('*') ? '*' : origin);
  response.setHeader('access-control-expose-headers', rule.expose.join(', '));
  if (request.method === 'OPTIONS') {
    response.setHeader('access-control-allow-methods', rule.methods.join(', '));
    response.setHeader('access-control-allow-headers', asked);
    response.setHeader('access-control-max-age', '3000');
  }
  return true;
}

/** A rule without the header that a page will send refuses the preflight, here as in production. */
function allowsHeaders(rule: CorsRule, asked: string): boolean {
  const names = asked.split(',').map((name) => name.trim().toLowerCase()).filter((name) => name !== '');
  return names.every((name) => rule.headers.some((allowed) => matchesPattern(name, allowed)));
}

function matchesPattern(name: string, pattern: string): boolean {
  const [before, after] = pattern.split('*');
  if (after === undefined) return name === pattern;
  return name.length >= pattern.length - 1 && name.startsWith(before ?? '') && name.endsWith(after);
}
