import { hash } from 'node:crypto';
import { ALGORITHM, type RequestShape } from './sigv4.js';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const HEX_BYTES = 64;
/** Keys of the product have 50 characters; longer paths get more room when they come. */
const ROOM_BYTES = 256;

/** A key of HMAC-SHA-256 (RFC 2104), made ready for many signatures. */
export interface HmacKey {
  readonly inner: Buffer;
  /** With room for a digest behind it. */
  readonly outer: Buffer;
}

export function hmacKey(key: Buffer): HmacKey {
  const padded = Buffer.alloc(BLOCK_BYTES);
  (key.length > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key).copy(padded);
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);
  outer.set(padded.map((byte) => byte ^ 0x5c));
  return { inner: Buffer.from(padded.map((byte) => byte ^ 0x36)), outer };
}

/**
 * A request of which all but the path is known: what is left for each path are three hashes over buffers that hold the rest already. One-shot hashes, since
 * `createHmac` makes an object outside the heap for each signature, and their text as a string, since a Buffer for each is more work than the hash.
 */
export class RequestSigner {
  /** Method and path, which end where the rest begins. */
  private canonical: Buffer;
  private room: number;
  private readonly toSign: Buffer;
  private readonly outer: Buffer;

  constructor(
    private readonly request: RequestShape,
    by: { readonly key: HmacKey; readonly date: string; readonly credentialScope: string },
  ) {
    const names = Object.keys(request.headers).sort();
    const headers = names.map((name) => `${name}:${request.headers[name] ?? ''}\n`).join('');
    const rest = Buffer.from(`\n${request.query}\n${headers}\n${names.join(';')}\n${request.payload}`);
    this.room = ROOM_BYTES;
    this.canonical = Buffer.concat([Buffer.alloc(ROOM_BYTES), rest]);
    this.toSign = Buffer.concat([by.key.inner, Buffer.from(`${ALGORITHM}\n${by.date}\n${by.credentialScope}\n`), Buffer.alloc(HEX_BYTES)]);
    this.outer = by.key.outer;
  }

  /** Lower-case hex. The path is encoded: ASCII. */
  signatureOf(path: string): string {
    const head = `${this.request.method}\n${path}`;
    if (head.length > this.room) this.makeRoom(head.length * 2);
    const start = this.room - head.length;
    this.canonical.write(head, start, 'latin1');
    this.toSign.write(hash('sha256', this.canonical.subarray(start), 'hex'), this.toSign.length - HEX_BYTES, 'latin1');
    this.outer.write(hash('sha256', this.toSign, 'binary'), BLOCK_BYTES, 'latin1');
    return hash('sha256', this.outer, 'hex');
  }

  private makeRoom(bytes: number): void {
    this.canonical = Buffer.concat([Buffer.alloc(bytes), this.canonical.subarray(this.room)]);
    this.room = bytes;
  }
}
