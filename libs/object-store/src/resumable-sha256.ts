import { createSHA256, type IHasher } from 'hash-wasm';

/**
 * SHA-256 (FIPS 180-4) whose state can be kept and gone on from: the hash of an object that begins like an earlier one is had without reading what they share.
 * A quarter of the speed of node:crypto, which does not give its state away.
 */
export class ResumableSha256 {
  private constructor(private readonly hasher: IHasher) {}

  static async begin(): Promise<ResumableSha256> {
    return new ResumableSha256((await createSHA256()).init());
  }

  /** Goes on from a kept state. Null where it cannot be used: it is damaged, or of another version of the library. */
  static async from(state: Uint8Array): Promise<ResumableSha256 | null> {
    const hasher = await createSHA256();
    try {
      return new ResumableSha256(hasher.load(state));
    } catch {
      return null;
    }
  }

  update(bytes: Uint8Array): void {
    this.hasher.update(bytes);
  }

  /** Of what was given so far, some 120 bytes. */
  state(): Uint8Array {
    return this.hasher.save();
  }

  /** Hex. Ends the hash. */
  digest(): string {
    return this.hasher.digest('hex');
  }
}
