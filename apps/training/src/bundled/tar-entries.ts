import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

const BLOCK = 512;
/** No file that is wanted here is larger. */
const LARGEST_WANTED = 64 * 1024 * 1024;

/**
 * Those files of a package of npm (`.tgz`) that are wanted, by their paths in it. Long names (PAX) are not read: npm's own files have none that is wanted here.
 * Source: POSIX ustar. Throws for an archive that ends early, or a wanted file that is missing or larger than 64 MiB.
 */
export async function tarEntries(path: string, wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const source = new ByteSource(createReadStream(path).pipe(createGunzip()));
  while (found.size < wanted.size) {
    const header = await source.take(BLOCK);
    // Two blocks of zeros end it.
    if (header === null || header[0] === 0) break;
    const name = textOf(header, 0, 100);
    const size = Number.parseInt(textOf(header, 124, 12).trim() || '0', 8);
    if (wanted.has(name) && size <= LARGEST_WANTED) found.set(name, (await source.take(size)) ?? endedEarly());
    else await source.skip(size);
    await source.skip((BLOCK - (size % BLOCK)) % BLOCK);
  }
  source.close();
  for (const name of wanted) if (!found.has(name)) throw new Error(`The package has no file ${name}.`);
  return found;
}

function textOf(header: Buffer, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? length : end).toString('utf8');
}

function endedEarly(): never {
  throw new Error('The package ends early: get it again.');
}

/** Takes a stream in pieces of the size that is asked for. */
class ByteSource {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly stream: ReturnType<typeof createGunzip>) {
    this.chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** Null at the end. Throws where the stream ends within the piece. */
  async take(count: number): Promise<Buffer | null> {
    const parts: Buffer[] = [];
    let missing = count;
    for await (const part of this.pieces(count)) {
      parts.push(part);
      missing -= part.length;
    }
    if (missing === 0) return Buffer.concat(parts);
    return missing === count ? null : endedEarly();
  }

  async skip(count: number): Promise<void> {
    let missing = count;
    for await (const part of this.pieces(count)) missing -= part.length;
    if (missing > 0) endedEarly();
  }

  close(): void {
    this.stream.destroy();
  }

  private async *pieces(count: number): AsyncGenerator<Buffer> {
    for (let missing = count; missing > 0; ) {
      if (this.rest.length === 0) {
        const next = await this.chunks.next();
        if (next.done === true) return;
        this.rest = next.value;
      }
      const part = this.rest.subarray(0, missing);
      this.rest = this.rest.subarray(part.length);
      missing -= part.length;
      yield part;
    }
  }
}
