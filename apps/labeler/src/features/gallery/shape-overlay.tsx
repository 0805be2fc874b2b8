import type { ReactElement } from 'react';
import { safeColor } from '../datasets/class-bar.js';
import classes from './shape-overlay.module.css';
import type { DrawnObject, Shape } from './shapes.js';

interface OverlayProps {
  readonly width: number;
  readonly height: number;
  readonly objects: readonly DrawnObject[];
  readonly colorOf: (classId: number | null) => string;
}

/** Outlines over an image that fills its place without being cut: one path a class, however many objects there are. */
export function ShapeOverlay({ width, height, objects, colorOf }: OverlayProps): ReactElement {
  const groups = new Map<string, { readonly classId: number | null; readonly isSuggestion: boolean; path: string }>();
  for (const { classId, isSuggestion, shapes } of objects) {
    const key = `${classId} ${isSuggestion}`;
    const group = groups.get(key) ?? { classId, isSuggestion, path: '' };
    group.path += shapes.map(pathOf).join('');
    groups.set(key, group);
  }
  return (
    <svg className={classes.overlay} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {[...groups].map(([key, group]) => (
        <path key={key} d={group.path} stroke={safeColor(colorOf(group.classId))} data-dashed={group.isSuggestion || undefined} />
      ))}
    </svg>
  );
}

const figure = (value: number): string => String(Math.round(value * 100) / 100);

/** A shape as SVG path data; a point is a line without length, which round ends make a dot. */
export function pathOf(shape: Shape): string {
  switch (shape.kind) {
    case 'box':
      return `M${figure(shape.x)} ${figure(shape.y)}h${figure(shape.width)}v${figure(shape.height)}h${figure(-shape.width)}z`;
    case 'rings':
      return shape.rings.map((ring) => `M${inPairs(ring).join('L')}z`).join('');
    case 'points':
      return shape.points.map(([x, y]) => `M${figure(x)} ${figure(y)}h0`).join('');
  }
}

function inPairs(ring: readonly number[]): readonly string[] {
  const pairs: string[] = [];
  for (let at = 0; at + 1 < ring.length; at += 2) pairs.push(`${figure(ring[at] ?? 0)} ${figure(ring[at + 1] ?? 0)}`);
  return pairs;
}
