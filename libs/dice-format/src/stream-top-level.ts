import { DomainError } from '@app/kernel';
import { malformedJson, parseStrictJson, pointerStep } from './strict-json.js';

/** Limits of a streamed read. */
export interface StreamTopLevelLimits {
  /** Nesting below the top level and its arrays; see parseStrictJson. */
  readonly maxDepth?: number;
  /** Bytes of one element or one whole member: bounds memory. 16 MiB holds an image with about 100,000 polygon points per class. */
  readonly maxElementBytes?: number;
  /** Bytes of the whole document. 4 GiB is one million images with 4 KB of labels each. */
  readonly maxTotalBytes?: number;
  /** Members of the top-level object; the format defines 13. */
  readonly maxMembers?: number;
  /** Top-level arrays whose elements come one by one; `images` and `classes` of DICE when left out. */
  readonly streamed?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
}

/** A whole member, or one element of a streamed array. An empty array comes as a whole member. */
export type TopLevelItem = TopLevelMember | TopLevelElement;
export interface TopLevelMember {
  readonly key: string;
  readonly value: unknown;
}
export interface TopLevelElement {
  readonly key: string;
  readonly index: number;
  readonly element: unknown;
  /** Of the element's text: a measure of what keeping it costs. */
  readonly sizeBytes: number;
}

const DICE_ARRAYS: ReadonlySet<string> = new Set(['images', 'classes']);
const Byte = {
  Quote: 0x22,
  Comma: 0x2c,
  Colon: 0x3a,
  OpenArray: 0x5b,
  Backslash: 0x5c,
  CloseArray: 0x5d,
  OpenObject: 0x7b,
  CloseObject: 0x7d,
} as const;
type State = 'start' | 'first-key' | 'key' | 'colon' | 'value' | 'first-element' | 'element' | 'after-element' | 'after-member' | 'end' | 'capture';

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Finds where values start and end in a byte stream; the strict parser judges their inside. */
class TopLevelSplitter {
  private state: State = 'start';
  private purpose: 'key' | 'member' | 'element' = 'key';
  private key = '';
  private index = 0;
  private readonly keys = new Set<string>();
  private parts: Uint8Array[] = [];
  private capturedBytes = 0;
  private kind: 'string' | 'container' | 'scalar' = 'scalar';
  private depth = 0;
  private inString = false;
  private escaped = false;
  private totalBytes = 0;
  private emptyArray = false;

  constructor(
    private readonly maxDepth: number,
    private readonly maxElementBytes: number,
    private readonly maxTotalBytes: number,
    private readonly maxMembers: number,
    private readonly streamed: ReadonlySet<string>,
  ) {}

  *push(chunk: Uint8Array): Generator<TopLevelItem> {
    if (this.totalBytes + chunk.length > this.maxTotalBytes) throw new DomainError('too-large', `The label file is larger than ${this.maxTotalBytes} bytes.`);
    let at = 0;
    while (at < chunk.length) {
      if (this.state !== 'capture') {
        const byte = chunk[at] ?? 0;
        if (isSpace(byte)) at += 1;
        else if (this.structure(byte, at)) at += 1;
        if (this.emptyArray) {
          this.emptyArray = false;
          yield { key: this.key, value: [] };
        }
        continue;
      }
      const end = this.findEnd(chunk, at);
      this.keep(chunk.subarray(at, end.at));
      at = end.at;
      if (end.complete) yield* this.completed();
    }
    this.totalBytes += chunk.length;
  }

  finish(): void {
    if (this.state !== 'end') this.refuse('The text ends before its top-level object is complete', 0);
  }

  private refuse(what: string, at: number): never {
    const pointer = this.state === 'start' || this.keys.size === 0 ? '' : pointerStep(this.key);
    throw malformedJson('json-syntax', `${what} (offset ${this.totalBytes + at}).`, pointer);
  }

  /** Handles one byte between values; false when the byte belongs to the value that starts with it. */
  private structure(byte: number, at: number): boolean {
    switch (this.state) {
      case 'start':
        return this.expect(byte === Byte.OpenObject, 'first-key', "A '{' is expected", at);
      case 'first-key':
      case 'key':
        return this.keyStart(byte, at);
      case 'colon':
        return this.expect(byte === Byte.Colon, 'value', "A ':' is expected", at);
      case 'value':
        return this.valueStart(byte);
      case 'first-element':
      case 'element':
        return this.elementStart(byte, at);
      case 'after-element':
      case 'after-member':
        return this.separator(byte, at);
      default:
        return this.refuse('Something follows the end of the JSON value', at);
    }
  }

  private separator(byte: number, at: number): boolean {
    const inArray = this.state === 'after-element';
    if (byte === Byte.Comma) return this.expect(true, inArray ? 'element' : 'key', '', at);
    if (inArray) return this.expect(byte === Byte.CloseArray, 'after-member', "A ',' or ']' is expected", at);
    return this.expect(byte === Byte.CloseObject, 'end', "A ',' or '}' is expected", at);
  }

  private expect(holds: boolean, next: State, what: string, at: number): boolean {
    if (!holds) this.refuse(what, at);
    this.state = next;
    return true;
  }

  private keyStart(byte: number, at: number): boolean {
    if (byte === Byte.CloseObject && this.state === 'first-key') return this.expect(true, 'end', '', at);
    if (byte !== Byte.Quote) this.refuse('A key in double quotes is expected', at);
    return this.capture('key', byte);
  }

  private valueStart(byte: number): boolean {
    if (byte !== Byte.OpenArray || !this.streamed.has(this.key)) return this.capture('member', byte);
    this.index = 0;
    this.state = 'first-element';
    return true;
  }

  private elementStart(byte: number, at: number): boolean {
    if (byte !== Byte.CloseArray) return this.capture('element', byte);
    if (this.state === 'element') this.refuse('A value is expected', at);
    this.emptyArray = true;
    this.state = 'after-member';
    return true;
  }

  private capture(purpose: 'key' | 'member' | 'element', first: number): boolean {
    this.purpose = purpose;
    this.kind = 'scalar';
    if (first === Byte.Quote) this.kind = 'string';
    else if (first === Byte.OpenArray || first === Byte.OpenObject) this.kind = 'container';
    this.depth = 0;
    this.inString = false;
    this.escaped = false;
    this.state = 'capture';
    return false;
  }

  private keep(bytes: Uint8Array): void {
    this.capturedBytes += bytes.length;
    if (this.capturedBytes > this.maxElementBytes) {
      const message = `One value of the label file is larger than ${this.maxElementBytes} bytes.`;
      throw new DomainError('too-large', message, { findings: [{ code: 'json-element-size', message, pointer: this.pointer() }] });
    }
    if (bytes.length > 0) this.parts.push(bytes);
  }

  private findEnd(chunk: Uint8Array, from: number): { at: number; complete: boolean } {
    if (this.kind === 'scalar') return this.findScalarEnd(chunk, from);
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (this.inString) {
        if (this.stringByte(byte) && this.depth === 0) return { at: at + 1, complete: true };
      } else if (byte === Byte.Quote) this.inString = true;
      else if (this.nest(byte)) return { at: at + 1, complete: true };
    }
    return { at: chunk.length, complete: false };
  }

  private findScalarEnd(chunk: Uint8Array, from: number): { at: number; complete: boolean } {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (isSpace(byte) || byte === Byte.Comma || byte === Byte.CloseArray || byte === Byte.CloseObject) return { at, complete: true };
    }
    return { at: chunk.length, complete: false };
  }

  /** True when the byte closes the string. */
  private stringByte(byte: number): boolean {
    if (this.escaped) this.escaped = false;
    else if (byte === Byte.Backslash) this.escaped = true;
    else if (byte === Byte.Quote) {
      this.inString = false;
      return true;
    }
    return false;
  }

  /** True when the byte closes the outermost container. */
  private nest(byte: number): boolean {
    if (byte === Byte.OpenArray || byte === Byte.OpenObject) this.depth += 1;
    else if (byte === Byte.CloseArray || byte === Byte.CloseObject) {
      this.depth -= 1;
      return this.depth === 0;
    }
    return false;
  }

  private pointer(): string {
    if (this.purpose === 'key') return '';
    return pointerStep(this.key) + (this.purpose === 'element' ? pointerStep(this.index) : '');
  }

  private *completed(): Generator<TopLevelItem> {
    const bytes = this.parts.length === 1 ? this.parts[0] : Buffer.concat(this.parts);
    this.parts = [];
    this.capturedBytes = 0;
    const used = this.purpose === 'element' ? 2 : 1;
    const value = parseStrictJson(bytes ?? new Uint8Array(), { maxDepth: this.maxDepth - used, pointerPrefix: this.pointer() });
    if (this.purpose === 'key') this.startMember(String(value));
    else if (this.purpose === 'member') {
      this.state = 'after-member';
      yield { key: this.key, value };
    } else {
      this.state = 'after-element';
      yield { key: this.key, index: this.index, element: value, sizeBytes: bytes?.length ?? 0 };
      this.index += 1;
    }
  }

  private startMember(key: string): void {
    this.key = key;
    if (this.keys.has(key)) throw malformedJson('json-duplicate-key', `A key appears twice in one object (offset ${this.totalBytes}).`, pointerStep(key));
    if (this.keys.size >= this.maxMembers) throw new DomainError('too-large', `The top-level object has more than ${this.maxMembers} members.`);
    this.keys.add(key);
    this.state = 'colon';
  }
}

/**
 * Reads a label file as a stream: the elements of some top-level arrays, by default `images` and `classes`, come one by one, other members whole.
 * As strict as parseStrictJson; memory is bounded by the largest single value.
 * @throws DomainError `malformed-json` or `too-large`.
 */
export async function* streamTopLevel(chunks: AsyncIterable<Uint8Array>, limits: StreamTopLevelLimits = {}): AsyncGenerator<TopLevelItem> {
  const splitter = new TopLevelSplitter(
    limits.maxDepth ?? 64,
    limits.maxElementBytes ?? 16 * 2 ** 20,
    limits.maxTotalBytes ?? 4 * 2 ** 30,
    limits.maxMembers ?? 1000,
    limits.streamed ?? DICE_ARRAYS,
  );
  for await (const chunk of chunks) {
    limits.signal?.throwIfAborted();
    yield* splitter.push(chunk);
  }
  splitter.finish();
}
