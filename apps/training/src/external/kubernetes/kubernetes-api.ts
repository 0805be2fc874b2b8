import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { DomainError } from '@app/kernel';
import type { Json } from './job-manifest.js';

export interface KubernetesApiOptions {
  readonly url: string;
  /** Read anew for each request: the kubelet replaces it every hour. Null: none (a proxy on this machine). */
  readonly tokenFile: string | null;
  readonly caFile: string | null;
}

/** The API server refused. */
export class KubernetesRefusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
  ) {
    super(`the API server of Kubernetes answered ${status}: ${reason}`);
    this.name = 'KubernetesRefusal';
  }
}

const ANSWER_MILLISECONDS = 30_000;
const MOST_ANSWER_BYTES = 16 * 1024 * 1024;

/** The four verbs that this needs of the API server; see docs/adr/0014 for why there is no client library. */
export class KubernetesApi {
  private readonly ca: Buffer | undefined;

  constructor(private readonly options: KubernetesApiOptions) {
    this.ca = options.caFile === null ? undefined : readFileSync(options.caFile);
  }

  /** The answer's JSON. @throws KubernetesRefusal, or DomainError `unavailable` where nobody answers. */
  async call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: Json, signal?: AbortSignal): Promise<unknown> {
    const response = await this.send(method, path, { body, signal });
    const text = await textOf(response);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return parsed(text);
    throw refusalOf(status, text);
  }

  /** The answer's bytes as they come. */
  async stream(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const response = await this.send('GET', path, { signal, isStream: true });
    if (response.statusCode === 200) return response;
    throw refusalOf(response.statusCode ?? 0, await textOf(response));
  }

  private send(method: string, path: string, { body, signal, isStream = false }: { readonly body?: Json; readonly signal?: AbortSignal; readonly isStream?: boolean }): Promise<IncomingMessage> {
    const url = new URL(path, this.options.url);
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const { tokenFile } = this.options;
    const headers = {
      accept: 'application/json',
      ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
      ...(tokenFile === null ? {} : { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` }),
    };
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(url, { method, headers, signal, ca: this.ca }, resolve);
      // A log may be silent for hours; its connection is watched by the pod's state instead.
      if (!isStream) request.setTimeout(ANSWER_MILLISECONDS, () => request.destroy(new Error('no answer')));
      request.once('error', (error) => reject(signal?.aborted === true ? error : new DomainError('unavailable', 'The API server of Kubernetes cannot be reached.', { cause: error })));
      request.end(payload);
    });
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_ANSWER_BYTES) throw new DomainError('unavailable', 'The API server of Kubernetes answers too much.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refusalOf(status: number, text: string): Error {
  const body = parsed(text);
  const message = typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : '';
  if (status === 429 || status >= 500) return new DomainError('unavailable', `The API server of Kubernetes answered ${status}.`);
  return new KubernetesRefusal(status, message.slice(0, 300));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
