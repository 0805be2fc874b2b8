import type { Size } from '../../model/geometry.js';
import { BACKGROUND, classOfValue, valueOfClass, type MaskLayer } from '../mask-values.js';
import { LabelMap } from './label-map.js';

/** A mask that is none: runs that are no runs, or that do not add up to the image. */
export class MaskFormatError extends Error {}

const FIRST_CODE = 48;
const VALUES = 256;

/** COCO's text of one class, written run by run: five bits a character, from the fourth run on as the difference to the one two before. */
class CountsWriter {
  private bytes = new Uint8Array(1_024);
  private length = 0;
  private runs = 0;
  private last = 0;
  private lastButOne = 0;
  /** Where the last run ended. */
  end = 0;

  span(start: number, end: number): void {
    this.write(start - this.end);
    this.write(end - start);
    this.end = end;
  }
  text(pixels: number): string {
    if (this.end < pixels) this.write(pixels - this.end);
    return new TextDecoder().decode(this.bytes.subarray(0, this.length));
  }

  private write(count: number): void {
    let rest = this.runs > 2 ? count - this.lastButOne : count;
    this.runs += 1;
    this.lastButOne = this.last;
    this.last = count;
    if (this.length + 8 > this.bytes.length) this.grow();
    for (let more = true; more; ) {
      const bits = rest & 31;
      rest >>= 5;
      more = (bits & 16) === 0 ? rest !== 0 : rest !== -1;
      this.bytes[this.length] = FIRST_CODE + bits + (more ? 32 : 0);
      this.length += 1;
    }
  }
  private grow(): void {
    const larger = new Uint8Array(this.bytes.length * 2);
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

/** Of a mask without a pixel. */
export const emptyCounts = (pixels: number): string => new CountsWriter().text(pixels);

/** The layers of a map in one pass, by class, ignored last; a class without a pixel has none. */
export function encodeLayers({ pixels }: LabelMap): readonly MaskLayer[] {
  const writers: (CountsWriter | undefined)[] = Array.from({ length: VALUES }, () => undefined);
  for (let start = 0; start < pixels.length; ) {
    const value = pixels[start] ?? BACKGROUND;
    let end = start + 1;
    while (end < pixels.length && pixels[end] === value) end += 1;
    if (value !== BACKGROUND) (writers[value] ??= new CountsWriter()).span(start, end);
    start = end;
  }
  return writers.flatMap((writer, value) => (writer === undefined ? [] : [{ class_id: classOfValue(value), counts: writer.text(pixels.length) }]));
}

/** @throws MaskFormatError where a layer is not of this size, or of no class that a mask can have. */
export function decodeLayers(layers: readonly MaskLayer[], size: Size): LabelMap {
  const map = new LabelMap(size);
  for (const { class_id: classId, counts } of layers) {
    const value = valueOfClass(classId);
    if (value === null) throw new MaskFormatError(`A mask cannot hold class ${classId}.`);
    paintRuns(map.pixels, counts, value);
  }
  return map;
}

function paintRuns(pixels: Uint8Array, text: string, value: number): void {
  for (const [start, end] of runsOf(text, pixels.length)) pixels.fill(value, start, end);
}

/** Where a mask of so many pixels is set, column by column. @throws MaskFormatError */
export function* runsOf(text: string, pixels: number): Generator<readonly [start: number, end: number]> {
  let [at, position, runs] = [0, 0, 0];
  const before: [number, number] = [0, 0];
  while (position < text.length) {
    const [bits, next] = readNumber(text, position);
    position = next;
    const count = runs > 2 ? bits + before[runs % 2 === 0 ? 0 : 1] : bits;
    before[runs % 2 === 0 ? 0 : 1] = count;
    if (count < 0 || at + count > pixels) throw new MaskFormatError('The runs of a mask do not add up to its size.');
    if (runs % 2 === 1 && count > 0) yield [at, at + count];
    at += count;
    runs += 1;
  }
  if (at !== pixels) throw new MaskFormatError('The runs of a mask do not add up to its size.');
}

function readNumber(text: string, from: number): readonly [value: number, next: number] {
  let [value, shift, position] = [0, 0, from];
  for (let more = true; more; position += 1) {
    const code = text.charCodeAt(position) - FIRST_CODE;
    if (!(code >= 0 && code < 64) || shift > 30) throw new MaskFormatError('The runs of a mask are cut off.');
    value |= (code & 31) << shift;
    shift += 5;
    more = (code & 32) !== 0;
    if (!more && (code & 16) !== 0 && shift < 32) value |= -1 << shift;
  }
  return [value, position];
}
