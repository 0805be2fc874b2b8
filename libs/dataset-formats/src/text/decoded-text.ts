import { DomainError } from '@app/kernel';

/** Bytes of a label file as text: UTF-8, a byte order mark is dropped, anything else is refused. */
export class DecodedText {
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });

  constructor(private readonly entry: string) {}

  /** @throws DomainError `validation-failed`. */
  push(chunk: Uint8Array): string {
    return this.decoded(() => this.decoder.decode(chunk, { stream: true }));
  }

  end(): string {
    return this.decoded(() => this.decoder.decode());
  }

  private decoded(decode: () => string): string {
    try {
      return decode();
    } catch (error) {
      const message = 'The file is not UTF-8.';
      throw new DomainError('validation-failed', message, { cause: error, findings: [{ code: 'not-utf-8', message, entry: this.entry }] });
    }
  }
}
