import { useEffect, useRef, type ReactElement } from 'react';
import { decodeLayers, MaskFormatError, valueOfClass } from '../../../engine/masks/index.js';
import { safeColor } from '../../datasets/class-bar.js';
import type { SaidObject } from './describe-side.js';
import classes from './examples.module.css';

interface MaskProps {
  readonly objects: readonly SaidObject[];
  readonly width: number;
  readonly height: number;
  readonly colorOf: (classId: number | null) => string;
}

const OPACITY = 150;
/** Longer side of the canvas: a picture of a few hundred pixels needs no more. */
const MOST_PIXELS = 512;

/** The classes of a semantic mask, half transparent. Nothing where the objects have no mask. */
export function MaskOverlay({ objects, width, height, colorOf }: MaskProps): ReactElement | null {
  const canvas = useRef<HTMLCanvasElement>(null);
  const layers = layersOf(objects);
  const isMask = layers.length > 0;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context !== null && context !== undefined) paint(context, { objects, width, height, colorOf });
    // Colours and sizes come with the objects.
  }, [objects]);
  return isMask ? <canvas ref={canvas} className={classes.mask} {...canvasSize(width, height)} aria-hidden="true" /> : null;
}

const layersOf = (objects: readonly SaidObject[]): readonly { readonly class_id: number; readonly counts: string }[] => objects.flatMap(({ class_id, counts }) => (counts === undefined ? [] : [{ class_id, counts }]));

function canvasSize(width: number, height: number): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, MOST_PIXELS / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function paint(context: CanvasRenderingContext2D, { objects, width, height, colorOf }: MaskProps): void {
  const layers = layersOf(objects);
  const map = decoded(layers, { width, height });
  if (map === null) return;
  const colors = new Map(layers.map(({ class_id: id }) => [valueOfClass(id), rgbOf(safeColor(colorOf(id)))]));
  const size = canvasSize(width, height);
  const picture = context.createImageData(size.width, size.height);
  for (let y = 0; y < size.height; y += 1) {
    const row = Math.min(height - 1, Math.floor(((y + 0.5) * height) / size.height));
    for (let x = 0; x < size.width; x += 1) {
      const column = Math.min(width - 1, Math.floor(((x + 0.5) * width) / size.width));
      const color = colors.get(map[column * height + row] ?? 0);
      if (color !== undefined) picture.data.set([...color, OPACITY], (y * size.width + x) * 4);
    }
  }
  context.putImageData(picture, 0, 0);
}

/** Column by column; null where the runs are none of this image, as when it was replaced since. */
function decoded(layers: readonly { readonly class_id: number; readonly counts: string }[], size: { readonly width: number; readonly height: number }): Uint8Array | null {
  try {
    return decodeLayers(layers, size).pixels;
  } catch (error) {
    if (error instanceof MaskFormatError) return null;
    throw error;
  }
}

const rgbOf = (hex: string): readonly number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
