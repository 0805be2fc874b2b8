import { DomainError } from '@app/kernel';

/** Limits of a strict parse. */
export interface StrictJsonLimits {
  /** Deepest nesting of arrays and objects; 64 is ten times what a label file needs and far below a stack's end. */
  readonly maxDepth?: number;
  /** JSON pointer of the value inside a larger document, put before the pointers of findings. */
  readonly pointerPrefix?: string;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERALS: readonly string[] = ['true', 'false', 'null'];
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SIMPLE_ESCAPES = '"\\/bfnrt';
const HEX4 = /[0-9a-fA-F]{4}/y;

/** One step of an RFC 6901 pointer, escaped. */
export function pointerStep(step: string | number): string {
  return `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Builds the one error of this file; `pointer` says where, the sentence says at which offset. */
export function malformedJson(code: string, sentence: string, pointer: string): DomainError {
  return new DomainError('malformed-json', sentence, { findings: [{ code, message: sentence, pointer }] });
}

/** Checks grammar and strictness without making values; `JSON.parse` makes them afterwards, natively. */
class StrictScanner {
  private at = 0;
  private readonly path: (string | number)[] = [];

  constructor(
    private readonly text: string,
    private readonly maxDepth: number,
    private readonly pointerPrefix: string,
  ) {}

  scanDocument(): void {
    if (this.text.charCodeAt(0) === 0xfeff) this.refuse('json-bom', 'The text starts with a byte order mark');
    this.value();
    this.space();
    if (this.at < this.text.length) this.refuse('json-syntax', 'Something follows the end of the JSON value');
  }

  private refuse(code: string, what: string): never {
    throw malformedJson(code, `${what} (offset ${this.at}).`, this.pointerPrefix + this.path.map(pointerStep).join(''));
  }

  private space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at += 1;
    }
  }

  private value(): void {
    this.space();
    const first = this.text[this.at];
    if (first === '{') this.object();
    else if (first === '[') this.array();
    else if (first === '"') this.string();
    else if (first !== undefined && (first === '-' || (first >= '0' && first <= '9'))) this.number();
    else this.literal();
  }

  private literal(): void {
    const found = LITERALS.find((literal) => this.text.startsWith(literal, this.at));
    if (found === undefined) this.refuse('json-syntax', this.at < this.text.length ? 'A JSON value is expected' : 'The text ends before its value is complete');
    this.at += found.length;
  }

  private number(): void {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (match === null) this.refuse('json-syntax', 'A number is not written as JSON asks');
    if (!Number.isFinite(Number(match[0]))) this.refuse('json-number-range', 'A number is too large for a double');
    this.at += match[0].length;
    const next = this.text.charCodeAt(this.at);
    if (next >= 0x30 && next <= 0x39) this.refuse('json-syntax', 'A number has a leading zero');
  }

  private descend(): void {
    if (this.path.length >= this.maxDepth) this.refuse('json-depth', `Values are nested deeper than ${this.maxDepth} levels`);
    this.at += 1;
    this.space();
  }

  private array(): void {
    this.descend();
    if (this.take(']')) return;
    for (let index = 0; ; index += 1) {
      this.path.push(index);
      this.value();
      this.path.pop();
      this.space();
      if (this.take(']')) return;
      if (!this.take(',')) this.refuse('json-syntax', "A ',' or ']' is expected");
    }
  }

  private object(): void {
    this.descend();
    if (this.take('}')) return;
    const keys = new Set<string>();
    do {
      this.space();
      this.member(keys);
      this.space();
    } while (this.take(','));
    if (!this.take('}')) this.refuse('json-syntax', "A ',' or '}' is expected");
  }

  private member(keys: Set<string>): void {
    if (this.text[this.at] !== '"') this.refuse('json-syntax', 'A key in double quotes is expected');
    const key = this.string();
    this.path.push(key);
    if (keys.has(key)) this.refuse('json-duplicate-key', 'A key appears twice in one object');
    keys.add(key);
    this.space();
    if (!this.take(':')) this.refuse('json-syntax', "A ':' is expected");
    this.value();
    this.path.pop();
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private string(): string {
    const start = this.at;
    let escaped = false;
    this.at += 1;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        escaped = true;
        this.escape();
      } else this.plain(code);
    }
    this.at += 1;
    const raw = this.text.slice(start, this.at);
    return escaped ? String(JSON.parse(raw)) : raw.slice(1, -1);
  }

  private plain(code: number): void {
    if (Number.isNaN(code)) this.refuse('json-syntax', 'The text ends inside a string');
    if (code < 0x20) this.refuse('json-syntax', 'A control character stands in a string without an escape');
    this.at += 1;
    if (code >= 0xd800 && code <= 0xdfff) this.pair(code, this.text.charCodeAt(this.at), 1);
  }

  private escape(): void {
    const kind = this.text[this.at + 1] ?? '';
    if (kind !== 'u') {
      if (kind === '' || !SIMPLE_ESCAPES.includes(kind)) this.refuse('json-syntax', 'An escape in a string is unknown');
      this.at += 2;
      return;
    }
    const code = this.unicodeEscape();
    if (code === 0) this.refuse('json-nul', 'A string holds the character U+0000');
    this.at += 6;
    if (code < 0xd800 || code > 0xdfff) return;
    const low = this.text.startsWith('\\u', this.at) ? this.unicodeEscape() : Number.NaN;
    this.pair(code, low, 6);
  }

  private unicodeEscape(): number {
    HEX4.lastIndex = this.at + 2;
    const match = HEX4.exec(this.text);
    if (match === null) this.refuse('json-syntax', 'An escape \\u needs four hexadecimal digits');
    return Number.parseInt(match[0], 16);
  }

  private pair(high: number, low: number, width: number): void {
    if (high > 0xdbff || !(low >= 0xdc00 && low <= 0xdfff)) this.refuse('json-surrogate', 'A string holds half of a surrogate pair');
    this.at += width;
  }
}

function decode(bytes: Uint8Array, pointer: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformedJson('json-utf8', 'The text is not valid UTF-8.', pointer);
  }
}

/**
 * Parses one JSON document (RFC 8259) and refuses what parsers disagree about: duplicate keys, numbers beyond a double,
 * half surrogate pairs, U+0000, a byte order mark, invalid UTF-8 and nesting beyond `maxDepth`. `__proto__` stays an own property.
 * @throws DomainError `malformed-json` with one finding whose pointer names the place.
 */
export function parseStrictJson(bytes: Uint8Array | string, limits: StrictJsonLimits = {}): unknown {
  const prefix = limits.pointerPrefix ?? '';
  const text = typeof bytes === 'string' ? bytes : decode(bytes, prefix);
  new StrictScanner(text, limits.maxDepth ?? 64, prefix).scanDocument();
  const value: unknown = JSON.parse(text);
  return value;
}
