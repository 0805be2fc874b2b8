import { Random } from '../engine/network/random.js';

/** A figure of a generated image; its ring is x, y, x, y ... in pixels of the square, and may reach over the border. */
export interface SceneFigure {
  readonly classIndex: number;
  readonly ring: readonly number[];
  /** x, y, visibility of each point of its skeleton. */
  readonly keypoints?: readonly number[];
}

export interface Scene {
  /** HWC, RGB. */
  readonly pixels: Uint8Array;
  /** Row-major; 0: ground, `classIndex + 1`: a figure, the later above the earlier. */
  readonly labelMap: Uint8Array;
  readonly figures: readonly SceneFigure[];
}

export const FORMS = ['ellipse', 'rectangle', 'triangle'] as const;
const ELLIPSE_CORNERS = 32;
/** Euclidean, of 441: what has less contrast nobody sees, people neither. */
const LEAST_CONTRAST = 60;
const LINES = 5;
/** Half a form's width or height, of the side: 12 to 60 pixels of 128. */
const [SMALLEST, LARGEST] = [6 / 128, 30 / 128];

type Colour = readonly [number, number, number];

/** Corners of the unit form, -1..1 on both axes. */
const UNIT: readonly (readonly (readonly [number, number])[])[] = [
  Array.from({ length: ELLIPSE_CORNERS }, (_, at) => [Math.cos((2 * Math.PI * at) / ELLIPSE_CORNERS), Math.sin((2 * Math.PI * at) / ELLIPSE_CORNERS)] as const),
  [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ],
  [
    [0, -1],
    [1, 1],
    [-1, 1],
  ],
];

/**
 * A square with one to three turned forms (of 12 to 60 pixels each way where the side is 128) in front of lines, with noise over all of it. Colours of ground, lines and figures are
 * drawn alike, so that only the form tells the class. The same numbers, the same scene.
 */
export function shapeScene(seed: number, number: number, side = 128): Scene {
  const random = new Random(seed, number);
  const ground = colour(random);
  const pixels = new Uint8Array(side * side * 3);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = ground[at % 3] ?? 0;
  for (let line = 0; line < LINES; line += 1) drawLine(pixels, side, random);
  const labelMap = new Uint8Array(side * side);
  const figures = Array.from({ length: 1 + Math.floor(random.next() * 3) }, () => figure(random, side));
  for (const { ring, classIndex } of figures) drawRing(ring, side, { pixels, labelMap, value: classIndex + 1, ink: contrasting(random, ground) });
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = Math.min(255, Math.max(0, Math.round((pixels[at] ?? 0) + 4 * random.gaussian())));
  return { pixels, labelMap, figures };
}

/** The same with a colour for each class: for tests that have no time to learn forms. */
export function paintedScene(seed: number, number: number, side: number): Scene {
  const scene = shapeScene(seed, number, side);
  const pixels = scene.pixels.map((byte, at) => {
    const value = scene.labelMap[Math.floor(at / 3)] ?? 0;
    return value === 0 ? byte >> 1 : value - 1 === at % 3 ? 255 : 60;
  });
  return { ...scene, pixels };
}

const colour = (random: Random): Colour => [random.next() * 255, random.next() * 255, random.next() * 255];

function contrasting(random: Random, ground: Colour): Colour {
  for (;;) {
    const drawn = colour(random);
    if (Math.hypot(...drawn.map((value, at) => value - (ground[at] ?? 0))) >= LEAST_CONTRAST) return drawn;
  }
}

function figure(random: Random, side: number): SceneFigure {
  const classIndex = Math.floor(random.next() * FORMS.length);
  const [halfWidth, halfHeight] = [random.between(SMALLEST, LARGEST) * side, random.between(SMALLEST, LARGEST) * side];
  const [centreX, centreY] = [random.between(0.15, 0.85) * side, random.between(0.15, 0.85) * side];
  const angle = random.between(0, 2 * Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const ring = (UNIT[classIndex] ?? []).flatMap(([x, y]) => [centreX + cos * x * halfWidth - sin * y * halfHeight, centreY + sin * x * halfWidth + cos * y * halfHeight]);
  return { classIndex, ring };
}

function drawLine(pixels: Uint8Array, side: number, random: Random): void {
  const ink = colour(random);
  const [fromX, fromY, toX, toY, half] = [random.next() * side, random.next() * side, random.next() * side, random.next() * side, random.between(0.5, 2.5)];
  const [alongX, alongY] = [toX - fromX, toY - fromY];
  for (let at = 0; at < side * side; at += 1) {
    const [x, y] = [(at % side) + 0.5, Math.floor(at / side) + 0.5];
    const place = Math.min(1, Math.max(0, ((x - fromX) * alongX + (y - fromY) * alongY) / (alongX * alongX + alongY * alongY)));
    if (Math.hypot(x - fromX - place * alongX, y - fromY - place * alongY) <= half) pixels.set(ink, at * 3);
  }
}

interface Canvas {
  readonly pixels: Uint8Array;
  readonly labelMap: Uint8Array;
  readonly value: number;
  readonly ink: Colour;
}

/** A pixel belongs to the figure by its middle. */
function drawRing(ring: readonly number[], side: number, canvas: Canvas): void {
  for (let at = 0; at < side * side; at += 1) {
    if (!isInside(ring, (at % side) + 0.5, Math.floor(at / side) + 0.5)) continue;
    canvas.labelMap[at] = canvas.value;
    canvas.pixels.set(canvas.ink, at * 3);
  }
}

function isInside(ring: readonly number[], x: number, y: number): boolean {
  let inside = false;
  for (let at = 0; at < ring.length; at += 2) {
    const [ax = 0, ay = 0] = [ring[at], ring[at + 1]];
    const [bx = 0, by = 0] = [ring[(at + 2) % ring.length], ring[(at + 3) % ring.length]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

export const KITE_POINTS = ['tip', 'left wing', 'right wing', 'tail'] as const;

export interface KiteOptions {
  /** Both ways, radians; pi: turned anyhow. */
  readonly turn: number;
  /** Smallest and largest, of the side; its tip is a little farther from its middle. */
  readonly sizes: readonly [number, number];
  readonly most: 1 | 2;
}

/** Bright kites on a dark ground: where the wings are, and which is the left one, follows from the long end. */
export function kiteScene(seed: number, number: number, scene: KiteOptions & { readonly side: number }): Scene {
  const { side, most } = scene;
  const random = new Random(seed, number);
  const pixels = Uint8Array.from({ length: side * side * 3 }, () => Math.floor(30 + 40 * random.next()));
  const labelMap = new Uint8Array(side * side);
  const figures = Array.from({ length: 1 + Math.floor(random.next() * most) }, (_, place) => kite(random, { ...scene, left: place === 0 }));
  for (const { ring } of figures) drawRing(ring, side, { pixels, labelMap, value: 1, ink: [random.between(140, 255), random.between(140, 255), random.between(140, 255)] });
  return { pixels, labelMap, figures };
}

/** The second one stands in the other half, so that neither covers the other. */
function kite(random: Random, { side, left, turn, sizes, most }: KiteOptions & { readonly side: number; readonly left: boolean }): SceneFigure {
  const size = random.between(...sizes) * side;
  const column = most === 1 ? random.between(0.4, 0.6) : random.between(0.25, 0.3) + (left ? 0 : 0.45);
  const [x, y] = [column * side, random.between(0.35, 0.65) * side];
  const angle = random.between(-turn, turn) - Math.PI / 2;
  const at = (along: number, across: number): [number, number] => [x + size * (along * Math.cos(angle) - across * Math.sin(angle)), y + size * (along * Math.sin(angle) + across * Math.cos(angle))];
  const [tip, leftWing, rightWing, tail] = [at(1.2, 0), at(-0.1, -0.6), at(-0.1, 0.6), at(-0.6, 0)];
  return { classIndex: 0, ring: [...tip, ...rightWing, ...tail, ...leftWing], keypoints: [tip, leftWing, rightWing, tail].flatMap(([px, py]) => [px, py, 2]) };
}
