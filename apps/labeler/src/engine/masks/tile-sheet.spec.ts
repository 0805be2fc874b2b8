import { describe, expect, it } from 'vitest';
import { TileSheet, type MakeTile, type SheetContext } from './tile-sheet.js';
import type { TileColours } from './worker/protocol.js';

interface Made {
  readonly width: number;
  readonly height: number;
  readonly name: string;
  close(): void;
}
const COLOURS = new Uint8ClampedArray(4);
const tile = (x: number, y: number, colours: TileColours['colours'] = COLOURS): TileColours => ({ x, y, width: 256, height: 256, colours });

/** A context as a stage hands it out: moved and scaled. */
class Context implements SheetContext<Made> {
  readonly drawn: [name: string, x: number, y: number, width: number, height: number][] = [];
  readonly canvas = { width: 1_000, height: 800 };
  globalAlpha = 1;
  imageSmoothingEnabled = true;
  private transform: { a: number; e: number; f: number };
  private saved: (() => void)[] = [];
  readonly looks: [alpha: number, smooth: boolean][] = [];

  constructor(scale: number, x: number, y: number) {
    this.transform = { a: scale, e: x, f: y };
  }
  getTransform(): { a: number; e: number; f: number } {
    return this.transform;
  }
  setTransform(...[a, , , , e, f]: [number, number, number, number, number, number]): void {
    this.transform = { a, e, f };
  }
  save(): void {
    const { globalAlpha, imageSmoothingEnabled, transform } = this;
    this.saved.push(() => Object.assign(this, { globalAlpha, imageSmoothingEnabled, transform }));
  }
  restore(): void {
    this.saved.pop()?.();
  }
  drawImage(image: Made, ...place: [number, number, number, number]): void {
    const { a, e, f } = this.transform;
    if (a !== 1 || e !== 0 || f !== 0) throw new Error('not in device pixels');
    this.drawn.push([image.name, ...place]);
    this.looks.push([this.globalAlpha, this.imageSmoothingEnabled]);
  }
}

function sheet(): TileSheet<Made> {
  let made = 0;
  const make: MakeTile<Made> = ({ width, height }) => ({ width, height, name: `tile ${(made += 1)}`, close: () => undefined });
  return new TileSheet(make);
}

describe('the picture of a mask', () => {
  it('lies where the image lies, tile to tile without a gap between device pixels', () => {
    const [mask, context] = [sheet(), new Context(0.3337, 10.4, 20.6)];
    mask.put(tile(0, 0));
    mask.put(tile(256, 0));
    mask.draw(context, 0.5);
    expect(context.drawn).toEqual([['tile 1', 10, 21, 86, 85], ['tile 2', 96, 21, 85, 85]]);
    expect(context.looks[0]).toEqual([0.5, true]);
    expect([context.globalAlpha, context.getTransform().a]).toEqual([1, 0.3337]);
  });

  it('shows pixels as pixels where they are large, and draws only what is in sight', () => {
    const [mask, context] = [sheet(), new Context(4, -2_048, 0)];
    for (const x of [0, 256, 512, 768]) mask.put(tile(x, 0));
    mask.draw(context, 1);
    expect(context.drawn.map(([name]) => name)).toEqual(['tile 3']);
    expect(context.looks[0]).toEqual([1, false]);
  });

  it('forgets a tile in which nothing is painted any more, and all of them with the image', () => {
    const [mask, context] = [sheet(), new Context(1, 0, 0)];
    mask.put(tile(0, 0));
    mask.put(tile(256, 0));
    mask.put(tile(0, 0, null));
    mask.draw(context, 1);
    mask.clear();
    mask.draw(context, 1);
    expect(context.drawn.map(([name]) => name)).toEqual(['tile 2']);
  });
});
