import { DomainError } from '@app/kernel';
import sax from 'sax';
import { DecodedText } from './decoded-text.js';

export type XmlEvent =
  | { readonly kind: 'open'; readonly name: string; readonly attributes: Readonly<Record<string, string>>; readonly depth: number }
  /** `text`: of the element itself, without its children's, trimmed. */
  | { readonly kind: 'close'; readonly name: string; readonly text: string; readonly depth: number };

export interface XmlLimits {
  readonly signal?: AbortSignal;
  /** Elements within elements; label files have seven. */
  readonly maxDepth?: number;
  /** Characters of one attribute or text. 16 Mi: the run lengths of a mask of a hundred megapixels. */
  readonly maxText?: number;
}

const MAX_DEPTH = 32;
const MAX_TEXT = 16 * 2 ** 20;
/** Characters that are parsed at once: what an event costs before the reader is asked. */
const PIECE = 65_536;
// Of the package, not of a parser: ours are the only ones in this program, and each is limited here.
Object.assign(sax, { MAX_BUFFER_LENGTH: MAX_TEXT });

/** The five entities of XML, and not those of HTML. */
const OPTIONS = { position: true, strictEntities: true };

interface Open {
  readonly name: string;
  text: string;
}

/** Turns callbacks into a queue; refuses what label files have no need of. */
class XmlEvents {
  readonly queue: XmlEvent[] = [];
  private readonly parser = sax.parser(true, OPTIONS);
  private readonly path: Open[] = [];
  private refusal: DomainError | undefined;
  private roots = 0;

  constructor(
    private readonly entry: string,
    private readonly limits: { readonly maxDepth: number; readonly maxText: number },
  ) {
    const { parser } = this;
    parser.onerror = (error) => this.refuse('xml-syntax', `The XML is not well-formed: ${(error.message.split('\n')[0] ?? '').slice(0, 100)}`);
    parser.ondoctype = () => this.refuse('xml-doctype', 'A document type declaration is not accepted: label files have none, and entities are a way to attack.');
    parser.onprocessinginstruction = ({ name, body }) => this.instruction(name, body);
    parser.onopentag = (tag) => this.open(tag.name, tag.attributes);
    parser.onclosetag = () => this.close();
    parser.ontext = (text) => this.text(text);
    parser.oncdata = (text) => this.text(text);
  }

  push(text: string): void {
    // Writing after an error throws it again.
    if (this.refusal === undefined) this.parser.write(text);
    this.check();
  }

  end(): void {
    this.parser.close();
    this.check();
  }

  private check(): void {
    if (this.refusal !== undefined) throw this.refusal;
  }

  private refuse(code: string, sentence: string): void {
    if (this.refusal !== undefined) return;
    const message = `${sentence} (line ${this.parser.line + 1})`;
    this.refusal = new DomainError('validation-failed', message, { findings: [{ code, message, entry: this.entry }] });
  }

  private instruction(name: string, body: string): void {
    const encoding = /encoding\s*=\s*["']([^"']*)["']/i.exec(body)?.[1] ?? 'utf-8';
    if (name.toLowerCase() === 'xml' && !/^(utf-?8|us-ascii|ascii)$/i.test(encoding)) this.refuse('not-utf-8', 'The file says that it is not UTF-8.');
  }

  private open(name: string, attributes: sax.Tag['attributes'] | sax.QualifiedTag['attributes']): void {
    if (this.refusal !== undefined) return;
    if (this.path.length >= this.limits.maxDepth) return this.refuse('xml-depth', `Elements are nested deeper than ${this.limits.maxDepth}.`);
    if (this.path.length === 0) this.roots += 1;
    if (this.roots > 1) return this.refuse('xml-syntax', 'The XML has more than one outermost element.');
    const texts = Object.fromEntries(Object.entries(attributes).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])));
    this.path.push({ name, text: '' });
    this.queue.push({ kind: 'open', name, attributes: texts, depth: this.path.length });
  }

  private text(text: string): void {
    const open = this.path.at(-1);
    if (open === undefined || this.refusal !== undefined) return;
    if (open.text.length + text.length > this.limits.maxText) return this.refuse('xml-size', `A text is longer than ${this.limits.maxText} characters.`);
    open.text += text;
  }

  private close(): void {
    const open = this.path.pop();
    if (open === undefined || this.refusal !== undefined) return;
    this.queue.push({ kind: 'close', name: open.name, text: open.text.trim(), depth: this.path.length + 1 });
  }
}

/**
 * The elements of an XML file as they open and close; memory is bounded by the largest single text. Entities other than the five of XML and document type
 * declarations are refused, so that a small file cannot become a large one and none is read from elsewhere.
 * @throws DomainError `validation-failed` with the file and the line.
 */
export async function* xmlEvents(file: { readonly path: string; readonly open: () => AsyncIterable<Uint8Array> }, limits: XmlLimits = {}): AsyncGenerator<XmlEvent> {
  const text = new DecodedText(file.path);
  const events = new XmlEvents(file.path, { maxDepth: limits.maxDepth ?? MAX_DEPTH, maxText: limits.maxText ?? MAX_TEXT });
  for await (const chunk of file.open()) {
    limits.signal?.throwIfAborted();
    for (const piece of pieces(text.push(chunk))) {
      events.push(piece);
      yield* events.queue.splice(0);
    }
  }
  events.push(text.end());
  events.end();
  yield* events.queue.splice(0);
}

function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += PIECE) yield text.slice(at, at + PIECE);
}
