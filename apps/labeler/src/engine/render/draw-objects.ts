import { pointsOf, type Point, type Ring, type Size } from '../model/geometry.js';
import { boundsOf, type Geometry, type LabelObject } from '../model/label-object.js';
import type { ClassInfo } from '../tools/tool.js';
import { ringsOf, type Outlined } from './outline.js';

/** CSS pixels. */
const LINE = 1.6;
const CASING = 3.4;
const TAG_FONT = '600 11px system-ui, sans-serif';
const DARK = 'rgba(0, 0, 0, 0.72)';
/** Smaller shapes are an outline only: a fill in them is not seen. */
const LEAST_FILLED = 12;
/** Smaller polygons are drawn as their box. */
const LEAST_POLYGON = 6;
/** More of them and names would cover the image. */
const MOST_TAGS = 150;

export interface ObjectLook {
  readonly scale: number;
  readonly classes: ReadonlyMap<number, ClassInfo>;
  readonly dashed?: boolean;
  /** Thicker, and hardly filled: what is selected or pointed at is what somebody looks at to see whether its edge fits. */
  readonly strong?: boolean;
  readonly tags?: boolean;
  /** Without casings, which are half of the work: while the view moves over many. */
  readonly draft?: boolean;
}

const UNKNOWN = '#9aa5a3';

/**
 * Objects of a class one after the other, each a dark casing and then the colour, so that a line is seen on any image. Not all of a class as one
 * path: where shapes overlap, filling that takes a hundred times as long (1.1 s for 10,000). `context` is in image pixels.
 */
export function drawObjects(context: CanvasRenderingContext2D, objects: readonly LabelObject[], look: ObjectLook): void {
  for (const [classId, members] of byClass(objects)) {
    const known = look.classes.get(classId);
    const color = known?.color ?? UNKNOWN;
    drawOutlines(context, members, { ...look, color });
    for (const { geometry } of members) if (geometry.kind === 'keypoints') drawPose(context, geometry, { scale: look.scale, color, joins: known?.skeleton ?? [] });
  }
  if (look.tags === true && objects.length <= MOST_TAGS) for (const object of objects) drawTag(context, object, look);
}

function drawOutlines(context: CanvasRenderingContext2D, members: readonly LabelObject[], { scale, strong = false, dashed = false, draft = false, color }: ObjectLook & { readonly color: string }): void {
  // Mitred, since a browser strokes a rectangle with square corners faster than any path; sharp corners of polygons are cut.
  context.lineJoin = 'miter';
  context.miterLimit = 2;
  context.fillStyle = color;
  context.globalAlpha = strong ? 0.07 : 0.1;
  for (const { geometry } of members) fillShape(context, geometry, scale);
  context.globalAlpha = 1;
  context.lineWidth = (strong ? CASING + 1.2 : CASING) / scale;
  context.strokeStyle = DARK;
  for (const { geometry } of draft ? [] : members) strokeShape(context, geometry, scale);
  context.lineWidth = (strong ? LINE + 0.8 : LINE) / scale;
  context.strokeStyle = color;
  context.setLineDash(dashed ? [6 / scale, 4 / scale] : []);
  for (const { geometry } of members) strokeShape(context, geometry, scale);
  context.setLineDash([]);
}

function fillShape(context: CanvasRenderingContext2D, geometry: Geometry, scale: number): void {
  const box = boundsOf(geometry);
  if (box === null || !isLarge(box, scale, LEAST_FILLED)) return;
  const path = pathOf(geometry);
  if (path !== null) context.fill(path, geometry.kind === 'mask' ? 'evenodd' : 'nonzero');
  else context.fillRect(box.x, box.y, box.width, box.height);
}
function strokeShape(context: CanvasRenderingContext2D, geometry: Geometry, scale: number): void {
  const box = boundsOf(geometry);
  if (box === null) return;
  const path = isLarge(box, scale, LEAST_POLYGON) ? pathOf(geometry) : null;
  if (path !== null) context.stroke(path);
  else context.strokeRect(box.x, box.y, box.width, box.height);
}
const isLarge = ({ width, height }: Size, scale: number, screenPixels: number): boolean => width * scale >= screenPixels || height * scale >= screenPixels;

/** Shapes never change: each is traced once, and not in each frame. */
const paths = new WeakMap<Outlined, Path2D | null>();

/** Null for what is drawn as its box. */
function pathOf(geometry: Geometry): Path2D | null {
  if (geometry.kind !== 'polygon' && geometry.kind !== 'mask') return null;
  const known = paths.get(geometry);
  if (known !== undefined) return known;
  const rings = ringsOf(geometry);
  const path = rings === null ? null : new Path2D();
  for (const ring of rings ?? []) if (path !== null) addRing(path, ring);
  paths.set(geometry, path);
  return path;
}

function byClass(objects: readonly LabelObject[]): ReadonlyMap<number, readonly LabelObject[]> {
  const groups = new Map<number, LabelObject[]>();
  for (const object of objects) {
    const group = groups.get(object.classId);
    if (group === undefined) groups.set(object.classId, [object]);
    else group.push(object);
  }
  return groups;
}

function addRing(path: Path2D, ring: Ring): void {
  path.moveTo(ring[0] ?? 0, ring[1] ?? 0);
  for (let index = 2; index + 1 < ring.length; index += 2) path.lineTo(ring[index] ?? 0, ring[index + 1] ?? 0);
  path.closePath();
}

interface PoseLook {
  readonly scale: number;
  readonly color: string;
  readonly joins: readonly (readonly number[])[];
}

/** Bones, then joints: a visible one is filled, a hidden one is a ring. */
export function drawPose(context: CanvasRenderingContext2D, { points }: Extract<Geometry, { kind: 'keypoints' }>, { scale, color, joins }: PoseLook): void {
  context.beginPath();
  for (const [from, to] of joins) {
    const [a, b] = [points[from ?? -1], points[to ?? -1]];
    if (a === undefined || b === undefined || a.v === 0 || b.v === 0) continue;
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
  }
  strokeCased(context, scale, color);
  for (const { x, y, v } of points) {
    if (v === 0) continue;
    context.beginPath();
    context.arc(x, y, 4 / scale, 0, 2 * Math.PI);
    context.fillStyle = v === 2 ? color : 'rgba(255, 255, 255, 0.85)';
    strokeCased(context, scale, color);
    context.fill();
  }
}

export function strokeCased(context: CanvasRenderingContext2D, scale: number, color: string): void {
  context.lineWidth = CASING / scale;
  context.strokeStyle = DARK;
  context.stroke();
  context.lineWidth = LINE / scale;
  context.strokeStyle = color;
  context.stroke();
}

/** The name of the class above the upper left corner, with the score where a model gave one. */
/** The corner of a box of a polygon may be far from it: its name stands at its highest vertex. */
function tagPlace(geometry: Geometry): Point | null {
  let highest: Point | null = null;
  if (geometry.kind === 'polygon') for (const point of pointsOf(geometry.rings[0] ?? [])) if (highest === null || point.y < highest.y) highest = point;
  return highest;
}

function drawTag(context: CanvasRenderingContext2D, object: LabelObject, { scale, classes, dashed = false }: ObjectLook): void {
  const box = boundsOf(object.geometry);
  const known = classes.get(object.classId);
  if (box === null || known === undefined) return;
  const text = dashed && object.score !== null ? `${known.name} ${Math.round(object.score * 100)} %` : known.name;
  context.save();
  const { x, y } = tagPlace(object.geometry) ?? box;
  context.translate(x, y);
  context.scale(1 / scale, 1 / scale);
  context.font = TAG_FONT;
  const width = context.measureText(text).width + 10;
  context.fillStyle = DARK;
  context.fillRect(-1, -18, width, 16);
  context.fillStyle = known.color;
  context.fillRect(-1, -18, 3, 16);
  context.fillStyle = '#ffffff';
  context.textBaseline = 'middle';
  context.fillText(text, 6, -9.5);
  context.restore();
}
