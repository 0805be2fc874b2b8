const DIGIT_0 = 48;
const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;
const HEX = Buffer.from('0123456789abcdef');
const MOST_DIGITS = 10;
const LARGEST_INT32 = 2 ** 31 - 1;

/** Text put together as bytes: a million lines of strings would be a second of clearing up behind them. Grows as it must, and is used again from its start. */
export class ByteText {
  private bytes = Buffer.allocUnsafeSlow(65_536);
  private used = 0;

  /** Of ASCII characters. */
  ascii(text: string): this {
    this.room(text.length);
    for (let at = 0; at < text.length; at += 1) this.bytes[this.used++] = text.charCodeAt(at);
    return this;
  }

  /** A whole number from 0 on, up to 2^53. */
  number(value: number): this {
    // Divisions of larger ones are rounded.
    if (value > LARGEST_INT32) return this.ascii(String(value));
    this.room(MOST_DIGITS);
    let digits = 1;
    for (let rest = value; rest >= 10; rest = (rest / 10) | 0) digits += 1;
    this.used += digits;
    for (let rest = value, at = this.used; digits > 0; digits -= 1) {
      const next = (rest / 10) | 0;
      this.bytes[(at -= 1)] = DIGIT_0 + rest - next * 10;
      rest = next;
    }
    return this;
  }

  /** Two digits for each byte. */
  hex(from: Uint8Array, start: number, end: number): this {
    this.room((end - start) * 2);
    for (let at = start; at < end; at += 1) this.hexByte(from[at] ?? 0);
    return this;
  }

  /** Eight digits of a whole number below 2^32. */
  hex32(value: number): this {
    this.room(8);
    for (let shift = 24; shift >= 0; shift -= 8) this.hexByte((value >>> shift) & 255);
    return this;
  }

  /** UTF-8 as JSON writes it, between quotes. */
  json(from: Buffer, start: number, end: number): this {
    this.room(end - start + 2);
    const before = this.used;
    this.bytes[this.used++] = QUOTE;
    for (let at = start; at < end; at += 1) {
      const byte = from[at] ?? 0;
      if (byte < SPACE || byte === QUOTE || byte === BACKSLASH) return this.escaped(from.toString('utf8', start, end), before);
      this.bytes[this.used++] = byte;
    }
    this.bytes[this.used++] = QUOTE;
    return this;
  }

  /** What was written so far, good until more is written; what is written next is a new text. */
  take(): Buffer {
    const text = this.bytes.subarray(0, this.used);
    this.used = 0;
    return text;
  }

  private escaped(text: string, at: number): this {
    const json = Buffer.from(JSON.stringify(text));
    this.used = at;
    this.room(json.length);
    this.used += json.copy(this.bytes, at);
    return this;
  }

  private hexByte(byte: number): void {
    this.bytes[this.used++] = HEX[byte >> 4] ?? 0;
    this.bytes[this.used++] = HEX[byte & 15] ?? 0;
  }

  private room(bytes: number): void {
    if (this.used + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow((this.used + bytes) * 2);
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
  }
}
