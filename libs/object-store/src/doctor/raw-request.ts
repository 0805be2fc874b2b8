import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface RawRequest {
  readonly method: string;
  /** Path and query, sent byte for byte: `fetch` would fold `..`. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** More than any answer that a check reads. */
const MOST_BYTES = 1_000_000;

/** One request on a connection of its own, without redirects. Throws when the store does not answer in time. */
export async function sendRaw(endpoint: string, request: RawRequest, timeoutMilliseconds: number): Promise<RawAnswer> {
  const base = new URL(endpoint);
  const open = base.protocol === 'https:' ? httpsRequest : httpRequest;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const onward = open({ host: base.hostname.replaceAll(/[[\]]/g, ''), port: base.port, method: request.method, path: request.target, headers: { host: base.host, ...request.headers }, agent: false }, resolve);
    onward.setTimeout(timeoutMilliseconds, () => onward.destroy(new Error('the store did not answer in time')));
    onward.once('error', reject).end(request.body);
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > MOST_BYTES) break;
    chunks.push(bytes);
  }
  answer.destroy();
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) };
}
