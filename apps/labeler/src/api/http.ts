import { Problem } from './problem.js';
import { randomId } from './random-id.js';
import { session } from './session.js';

export const API_ROOT = '/api/v1/';

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** It outlives the page that is being left. */
  readonly keepalive?: boolean;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One request with the session's token; an expired session is renewed once and the request sent again. Throws `Problem`. */
export async function send(method: Method, path: string, options: RequestOptions = {}): Promise<Response> {
  const first = await attempt(method, path, options);
  const response = first.status === 401 && (await session.renew()) ? await attempt(method, path, options) : first;
  if (!response.ok) throw Problem.parse(response.status, await response.text(), response.headers.get('retry-after'));
  return response;
}

async function attempt(method: Method, path: string, { query = {}, body, signal, headers = {}, keepalive = false }: RequestOptions): Promise<Response> {
  const token = await session.accessToken();
  const all = new Headers({ accept: 'application/json', ...headers });
  if (token !== null) all.set('authorization', `Bearer ${token}`);
  const sent = bodyOf(body);
  if (typeof sent === 'string') all.set('content-type', 'application/json');
  try {
    return await fetch(urlOf(path, query), { method, headers: all, body: sent, signal, keepalive, credentials: 'same-origin' });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw Problem.network();
  }
}

/** A form goes as it is: its own type has the mark between its parts, which only the browser knows. */
const bodyOf = (body: unknown): FormData | string | undefined => (body === undefined || body instanceof FormData ? body : JSON.stringify(body));

function urlOf(path: string, query: NonNullable<RequestOptions['query']>): string {
  const search = new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]])));
  return `${API_ROOT}${path}${search.size === 0 ? '' : `?${search.toString()}`}`;
}

async function json<T>(method: Method, path: string, options?: RequestOptions): Promise<T> {
  return (await (await send(method, path, options)).json()) as T;
}

/** `T` is what the API promises for the path (types.ts); the one place where an answer gets its type. */
export const http = {
  get: <T>(path: string, options?: RequestOptions): Promise<T> => json<T>('GET', path, options),
  post: <T>(path: string, body?: unknown): Promise<T> => json<T>('POST', path, { body }),
  /** For routes that remember the key: a repeat by the network does not do it twice. */
  postOnce: <T>(path: string, body?: unknown): Promise<T> => json<T>('POST', path, { body, headers: { 'idempotency-key': randomId() } }),
  patch: <T>(path: string, body: unknown): Promise<T> => json<T>('PATCH', path, { body }),
  delete: async (path: string): Promise<void> => {
    await send('DELETE', path);
  },
};
