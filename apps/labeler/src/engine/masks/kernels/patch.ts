import { TILE, type FillColumn, type LabelMap } from './label-map.js';

/** The pixels of a tile that a stroke changed, as runs of its columns with the label that they had. */
export interface TilePatch {
  readonly tile: number;
  /** Where a run starts in the tile (high half) and how many pixels follow its first (low half). */
  readonly runs: Uint32Array;
  readonly before: Uint8Array;
}
/** One stroke: everything became `value`. */
export interface MaskPatch {
  readonly value: number;
  readonly tiles: readonly TilePatch[];
}
export type Direction = 'undo' | 'redo';

/** Takes part in a stroke: keeps what the tiles were like, and tells at its end how they differ. */
export class StrokeRecorder {
  private readonly tiles = new Map<number, Uint8Array>();

  constructor(
    private readonly map: LabelMap,
    readonly value: number,
  ) {}

  readonly fill: FillColumn = (x, top, bottom) => {
    const first = this.map.tileAt(x, top);
    const last = this.map.tileAt(x, bottom - 1);
    for (let tile = first; tile <= last; tile += 1) if (!this.tiles.has(tile)) this.tiles.set(tile, this.map.copyTile(tile));
    const start = x * this.map.size.height;
    this.map.pixels.fill(this.value, start + top, start + bottom);
  };

  get touched(): Iterable<number> {
    return this.tiles.keys();
  }
  /** Somebody else's pixels came in meanwhile: they are what was there before. */
  rebase(tile: number, pixelsBefore: Uint8Array, pixelsNow: Uint8Array): void {
    const snapshot = this.tiles.get(tile);
    if (snapshot === undefined) return;
    for (let index = 0; index < snapshot.length; index += 1) {
      if (pixelsBefore[index] !== pixelsNow[index]) snapshot[index] = pixelsNow[index] ?? 0;
    }
  }
  /** Null: nothing became other than it was. */
  patch(): MaskPatch | null {
    const tiles = [...this.tiles].flatMap(([tile, before]) => tilePatch(tile, before, { now: this.map.copyTile(tile), value: this.value }) ?? []);
    return tiles.length === 0 ? null : { value: this.value, tiles };
  }
}

function tilePatch(tile: number, before: Uint8Array, { now, value }: { readonly now: Uint8Array; readonly value: number }): TilePatch | null {
  const [runs, labels]: [number[], number[]] = [[], []];
  for (let start = 0; start < now.length; ) {
    const label = before[start] ?? 0;
    let end = start + 1;
    if (label !== value && now[start] === value) {
      while (end < now.length && before[end] === label && now[end] === value) end += 1;
      runs.push(start * 65_536 + (end - start - 1));
      labels.push(label);
    }
    start = end;
  }
  return runs.length === 0 ? null : { tile, runs: Uint32Array.from(runs), before: Uint8Array.from(labels) };
}

/** Takes a stroke back or does it again, where nobody changed the pixel since. Returns the tiles of which something changed. */
export function applyPatch(map: LabelMap, { value, tiles }: MaskPatch, direction: Direction): readonly number[] {
  return tiles.flatMap(({ tile, runs, before }) => {
    let changed = 0;
    runs.forEach((run, index) => {
      const label = before[index] ?? 0;
      const [from, to] = direction === 'undo' ? [value, label] : [label, value];
      changed += exchange(map, { tile, start: run >>> 16, length: (run & 65_535) + 1 }, { from, to });
    });
    return changed === 0 ? [] : [tile];
  });
}

interface Run {
  readonly tile: number;
  readonly start: number;
  readonly length: number;
}
function exchange(map: LabelMap, { tile, start, length }: Run, { from, to }: { readonly from: number; readonly to: number }): number {
  const { x, y } = map.boundsOf(tile);
  let changed = 0;
  for (let index = start; index < start + length; index += 1) {
    const at = (x + Math.floor(index / TILE)) * map.size.height + y + (index % TILE);
    if (map.pixels[at] !== from) continue;
    map.pixels[at] = to;
    changed += 1;
  }
  return changed;
}
