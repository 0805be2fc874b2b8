import { MOST_CHARACTERS, MOST_ELEMENTS, tooMany } from '../limits.js';
import type { SourceFile } from '../source-tree.js';
import { xmlEvents, type XmlEvent, type XmlLimits } from './xml-reader.js';

/** An element with its children: for files of one image, or for one image of a file. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface Growing {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
}

/** Elements of these names at this depth (1 is the root), each whole, as they end. Others are read over. */
export async function* xmlElements(file: Pick<SourceFile, 'path' | 'open'>, wanted: { readonly depth: number; readonly names: ReadonlySet<string> }, limits: XmlLimits = {}): AsyncGenerator<XmlElement> {
  const open: Growing[] = [];
  const size = new ElementSize(file.path);
  for await (const event of xmlEvents(file, limits)) {
    if (open.length === 0) size.begin();
    else size.add(event);
    if (event.kind === 'open') {
      if (open.length > 0 || (event.depth === wanted.depth && wanted.names.has(event.name))) open.push({ name: event.name, attributes: event.attributes, children: [] });
      continue;
    }
    const ended = open.pop();
    if (ended === undefined) continue;
    const element = { ...ended, text: event.text };
    const parent = open.at(-1);
    if (parent === undefined) yield element;
    else parent.children.push(element);
  }
}

/** How much is held of one element. */
class ElementSize {
  private elements = 0;
  private characters = 0;

  constructor(private readonly entry: string) {}

  begin(): void {
    this.elements = 0;
    this.characters = 0;
  }

  add(event: XmlEvent): void {
    if (event.kind === 'open') this.elements += 1;
    this.characters += event.kind === 'open' ? lengthOf(event.attributes) : event.text.length;
    if (this.elements > MOST_ELEMENTS || this.characters > MOST_CHARACTERS) throw tooMany('One image has more labels than any dataset takes.', { entry: this.entry });
  }
}

const lengthOf = (attributes: XmlElement['attributes']): number => Object.values(attributes).reduce((sum, value) => sum + value.length, 0);

export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined => element?.children.find((child) => child.name === name);
export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] => element?.children.filter((child) => child.name === name) ?? [];
export const textOf = (element: XmlElement | undefined, name: string): string => childOf(element, name)?.text ?? '';

/** A number that is written out in full; undefined for anything else, NaN and Infinity among it. */
export function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/** A size in pixels: an integer from 1; undefined for anything else. */
export function sizeOf(text: string | undefined): number | undefined {
  const value = numberOf(text);
  return value !== undefined && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
