import { HANDLES, handlePoint } from '../kernels/edit-box.js';
import { pointsOf, type Point, type Size } from '../model/geometry.js';
import type { LabelObject } from '../model/label-object.js';
import type { Draft } from '../tools/tool.js';
import { strokeCased } from './draw-objects.js';

/** CSS pixels. */
const HANDLE = 8;
const VERTEX = 4;
const WHITE = '#ffffff';

/** What one can take hold of in the one selected object. `context` is in image pixels. */
export function drawHandles(context: CanvasRenderingContext2D, { geometry }: LabelObject, scale: number): void {
  context.fillStyle = WHITE;
  if (geometry.kind === 'polygon') {
    for (const ring of geometry.rings) for (const point of pointsOf(ring)) drawDot(context, point, { scale, radius: VERTEX });
    return;
  }
  if (geometry.kind !== 'box' && geometry.kind !== 'keypoints') return;
  const side = HANDLE / scale;
  for (const handle of HANDLES) {
    const { x, y } = handlePoint(geometry.box, handle);
    context.beginPath();
    context.rect(x - side / 2, y - side / 2, side, side);
    strokeCased(context, scale, WHITE);
    context.fill();
  }
}

interface Dot {
  readonly scale: number;
  readonly radius: number;
}
function drawDot(context: CanvasRenderingContext2D, { x, y }: Point, { scale, radius }: Dot): void {
  context.beginPath();
  context.arc(x, y, radius / scale, 0, 2 * Math.PI);
  strokeCased(context, scale, WHITE);
  context.fill();
}

/** What is being drawn. */
export function drawDraft(context: CanvasRenderingContext2D, draft: Draft, scale: number, color: string): void {
  switch (draft.kind) {
    case 'box':
    case 'marquee':
      context.beginPath();
      context.rect(draft.box.x, draft.box.y, draft.box.width, draft.box.height);
      context.fillStyle = color;
      context.globalAlpha = 0.15;
      context.fill();
      context.globalAlpha = 1;
      context.setLineDash(draft.kind === 'marquee' ? [5 / scale, 4 / scale] : []);
      strokeCased(context, scale, draft.kind === 'marquee' ? WHITE : color);
      context.setLineDash([]);
      return;
    case 'polygon':
      return drawOpenRing(context, draft, { scale, color });
    case 'brush':
      context.beginPath();
      context.arc(draft.at.x, draft.at.y, draft.diameter / 2, 0, 2 * Math.PI);
      return strokeCased(context, scale, color);
    case 'keypoints':
      for (const point of draft.points) if (point.v > 0) drawDot(context, point, { scale, radius: VERTEX });
  }
}

function drawOpenRing(context: CanvasRenderingContext2D, { points, pointer, closing }: Extract<Draft, { kind: 'polygon' }>, { scale, color }: { readonly scale: number; readonly color: string }): void {
  const [first] = points;
  if (first === undefined) return;
  context.beginPath();
  context.moveTo(first.x, first.y);
  for (const { x, y } of points) context.lineTo(x, y);
  const end = closing ? first : pointer;
  if (end !== null) context.lineTo(end.x, end.y);
  strokeCased(context, scale, color);
  context.fillStyle = WHITE;
  for (const point of points.length > 200 ? [first] : points) drawDot(context, point, { scale, radius: VERTEX });
  context.fillStyle = color;
  if (closing) drawDot(context, first, { scale, radius: VERTEX + 2 });
}

/** Lines through the pointer over the whole window, to see where a corner will be. `context` is in window pixels. */
export function drawCrosshair(context: CanvasRenderingContext2D, { x, y }: Point, { width, height }: Size): void {
  for (const [style, dash] of [['rgba(0, 0, 0, 0.55)', []], ['rgba(255, 255, 255, 0.85)', [5, 5]]] as const) {
    context.beginPath();
    context.moveTo(0, Math.round(y) + 0.5);
    context.lineTo(width, Math.round(y) + 0.5);
    context.moveTo(Math.round(x) + 0.5, 0);
    context.lineTo(Math.round(x) + 0.5, height);
    context.lineWidth = 1;
    context.strokeStyle = style;
    context.setLineDash([...dash]);
    context.stroke();
  }
  context.setLineDash([]);
}
