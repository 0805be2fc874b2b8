import { createHash } from 'node:crypto';
import type { ModelAdapter } from '@app/contracts';
import { z } from 'zod';

const datasetSchema = z.object({ name: z.string(), classes: z.array(z.object({ id: z.number(), name: z.string() })) });
const openedSchema = z.object({ id: z.string(), put: z.object({ url: z.url(), headers: z.record(z.string(), z.string()) }) });
const modelSchema = z.object({ id: z.string(), name: z.string() });
const problemSchema = z.object({ detail: z.string(), errors: z.array(z.object({ message: z.string() })).default([]) });

export type DatasetFacts = z.infer<typeof datasetSchema>;

/** The public API, as anybody uses it. Errors say what the platform says. */
export class PlatformClient {
  constructor(private readonly at: { readonly url: string; readonly key: string }) {}

  async dataset(id: string): Promise<DatasetFacts> {
    return datasetSchema.parse(await this.call('GET', `datasets/${encodeURIComponent(id)}`));
  }

  async addModel(datasetId: string, bytes: Uint8Array, words: { readonly name: string; readonly notes: string; readonly adapter: ModelAdapter }): Promise<z.infer<typeof modelSchema>> {
    const path = `datasets/${encodeURIComponent(datasetId)}/models/uploads`;
    const { id, put } = openedSchema.parse(await this.call('POST', path, { ...words, size_bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }));
    const stored = await fetch(put.url, { method: 'PUT', headers: put.headers, body: Buffer.from(bytes) });
    if (!stored.ok) throw new Error(`The store answered HTTP ${stored.status}.`);
    return modelSchema.parse(await this.call('POST', `${path}/${id}/complete`));
  }

  private async call(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.at.key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const answer = await fetch(`${this.at.url}/api/v1/${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const said: unknown = await answer.json().catch(() => null);
    if (answer.ok) return said;
    const problem = problemSchema.safeParse(said);
    throw new Error(problem.success ? [problem.data.detail, ...problem.data.errors.map((one) => one.message)].join(' ') : `${method} ${path} answered HTTP ${answer.status}.`);
  }
}
