import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json } from './fake-data.js';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}
/** The first group of the path is the id. */
export type Route = readonly [method: string, path: RegExp, answer: (call: Call, id: string) => void | Promise<void>];

export async function readJson(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json;
}

export function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

export function sendOr404(response: ServerResponse, body: Json | null | undefined): void {
  if (body == null) problem(response, 404, 'not-found');
  else send(response, 200, body);
}

export function problem(response: ServerResponse, status: number, code: string, errors?: readonly Json[]): void {
  const body = { type: `urn:vision:problem:${code}`, title: code, status, code, detail: 'The fake API refused this.', request_id: 'fake-request', errors };
  response.writeHead(status, { 'content-type': 'application/problem+json; charset=utf-8' }).end(JSON.stringify(body));
}
