import { Readable } from 'node:stream';
import { ObjectNotFound, StoreAccessDenied, StoreUnavailable, type GetOptions, type ObjectBody, type ObjectStore } from '@app/object-store';

/** Reads objects by addresses that somebody with a credential has signed. */
export class PresignedStore implements Pick<ObjectStore, 'get'> {
  constructor(private readonly urls: ReadonlyMap<string, string>) {}

  async get(key: string, { range, signal }: GetOptions = {}): Promise<ObjectBody> {
    const url = this.urls.get(key);
    if (url === undefined) throw new ObjectNotFound(key);
    const answer = await this.ask(url, { ...(range === undefined ? {} : { range: `bytes=${range.start}-${range.end ?? ''}` }) }, signal);
    if (answer.status !== (range === undefined ? 200 : 206) || answer.body === null) {
      await answer.body?.cancel();
      throw refusalOf(key, answer.status);
    }
    const { headers } = answer;
    return { key, sizeBytes: Number(headers.get('content-length')), etag: headers.get('etag') ?? '', lastModified: new Date(0), body: Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]) };
  }

  private async ask(url: string, headers: Record<string, string>, signal: AbortSignal | undefined): Promise<Response> {
    try {
      return await fetch(url, { headers, signal: signal ?? null });
    } catch (error) {
      signal?.throwIfAborted();
      throw new StoreUnavailable(error);
    }
  }
}

function refusalOf(key: string, status: number): Error {
  if (status === 404) return new ObjectNotFound(key);
  const cause = new Error(`status ${status}`);
  return status === 401 || status === 403 ? new StoreAccessDenied(cause) : new StoreUnavailable(cause);
}
