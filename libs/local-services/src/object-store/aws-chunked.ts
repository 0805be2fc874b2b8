import { S3Error } from './s3-error.js';

const MAX_LINE_BYTES = 8_192;
const CRLF = Buffer.from('\r\n');

/**
 * Decodes `aws-chunked` without chunk signatures: `size[;extension]CRLF data CRLF ... 0 CRLF trailers CRLF`. Trailers are put into the map.
 * Source: AWS, "Transferring payload in multiple chunks (chunked upload)".
 */
export async function* decodeAwsChunked(body: AsyncIterable<Uint8Array>, trailers: Map<string, string>): AsyncIterable<Uint8Array> {
  const reader = new Reader(body);
  for (;;) {
    const size = Number.parseInt((await reader.line()).split(';')[0] ?? '', 16);
    if (!Number.isSafeInteger(size) || size < 0) throw new S3Error('IncompleteBody', 'A chunk has no size.');
    if (size === 0) break;
    yield* reader.take(size);
    if ((await reader.line()) !== '') throw new S3Error('IncompleteBody', 'A chunk has no end.');
  }
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const at = line.indexOf(':');
    if (at > 0) trailers.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim());
  }
}

class Reader {
  private readonly source: AsyncIterator<Uint8Array>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(body: AsyncIterable<Uint8Array>) {
    this.source = body[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    for (;;) {
      const at = this.rest.indexOf(CRLF);
      if (at !== -1) {
        const text = this.rest.subarray(0, at).toString('latin1');
        this.rest = this.rest.subarray(at + CRLF.length);
        return text;
      }
      if (this.rest.length > MAX_LINE_BYTES) throw new S3Error('IncompleteBody', 'A line of the body is too long.');
      // The end of the body ends the last line too: some clients leave out the final empty one.
      if (!(await this.more())) {
        const text = this.rest.toString('latin1');
        this.rest = Buffer.alloc(0);
        return text;
      }
    }
  }

  async *take(size: number): AsyncIterable<Uint8Array> {
    for (let left = size; left > 0; ) {
      if (this.rest.length === 0 && !(await this.more())) throw new S3Error('IncompleteBody', 'The body ends inside a chunk.');
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  private async more(): Promise<boolean> {
    const next = await this.source.next();
    if (next.done === true) return false;
    this.rest = this.rest.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.rest, next.value]);
    return true;
  }
}
