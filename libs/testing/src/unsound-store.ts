import { createServer, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { resigned, type ResigningKey } from './resign.js';

/** A request on its way to the store, to be changed in place. */
export interface PassingRequest {
  method: string;
  /** Without the query, as it was sent. */
  path: string;
  /** Without the signature's own parameters. */
  readonly query: Map<string, string>;
  /** The signature's own parameters of a presigned URL; empty when it was signed by header or not at all. */
  readonly signature: ReadonlyMap<string, string>;
  readonly headers: Record<string, string>;
  body: Buffer;
  /** Empty: nobody signed. */
  readonly accessKeyId: string;
}

/** What is wrong with the store. */
export interface StoreFault {
  /** `true`: goes on as if it were signed well; a number: is answered by it and goes no further. Else it goes on as it came. */
  readonly request?: (request: PassingRequest) => boolean | number;
  /** Changes the headers of an answer in place; answers its status. */
  readonly answer?: (status: number, headers: OutgoingHttpHeaders, request: PassingRequest) => number;
  /** After the first bytes of the body the connection breaks, or nothing comes any more. */
  readonly body?: (request: PassingRequest) => 'whole' | 'cut' | 'stalled';
}

export interface UnsoundStore {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** A real store behind a door that breaks one of its promises. */
export async function startUnsoundStore(storePort: number, key: ResigningKey, fault: StoreFault): Promise<UnsoundStore> {
  const server = createServer((request, response) => void pass(request, response).catch(() => response.destroy()));
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const passing = await passingOf(request);
    const verdict = fault.request?.(passing) ?? false;
    if (typeof verdict === 'number') return void response.writeHead(verdict, { 'content-length': 0 }).end();
    const onward = { host: '127.0.0.1', port: storePort, method: passing.method, ...(verdict ? signedAnew(passing, key) : { path: request.url, headers: passing.headers }), agent: false };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => httpRequest(onward, resolve).on('error', reject).end(passing.body));
    const headers: OutgoingHttpHeaders = { ...answer.headers };
    const status = fault.answer?.(answer.statusCode ?? 502, headers, passing) ?? answer.statusCode ?? 502;
    response.writeHead(status, headers);
    const end = fault.body?.(passing) ?? 'whole';
    if (end !== 'whole') return endEarly(answer, response, end);
    answer.pipe(response);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function endEarly(answer: IncomingMessage, response: ServerResponse, end: 'cut' | 'stalled'): void {
  answer.once('data', (chunk: Buffer) => {
    response.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => (end === 'cut' ? response.destroy() : undefined));
    answer.destroy();
  });
}

function signedAnew(request: PassingRequest, key: ResigningKey): { path: string; headers: Record<string, string> } {
  const dropped = ['authorization', 'x-amz-date', 'x-amz-content-sha256'];
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !dropped.includes(name)));
  headers['content-length'] = String(request.body.length);
  return { path: resigned({ ...request, headers }, key), headers };
}

async function passingOf(request: IncomingMessage): Promise<PassingRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  const target = request.url ?? '/';
  const at = target.indexOf('?');
  const all = [...new URLSearchParams(at === -1 ? '' : target.slice(at + 1))];
  const ofSignature = ([name]: [string, string]): boolean => name.startsWith('X-Amz-');
  const signature = new Map(all.filter(ofSignature));
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const credential = signature.get('X-Amz-Credential') ?? /Credential=([^,]+)/.exec(headers['authorization'] ?? '')?.[1] ?? '';
  return {
    method: request.method ?? 'GET',
    path: at === -1 ? target : target.slice(0, at),
    query: new Map(all.filter((pair) => !ofSignature(pair))),
    signature,
    headers,
    body: Buffer.concat(chunks),
    accessKeyId: credential.split('/')[0] ?? '',
  };
}
