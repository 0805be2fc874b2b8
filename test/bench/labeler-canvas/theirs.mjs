import { createImageAnnotator } from '@annotorious/annotorious';
import Konva from 'konva';
import { COLORS, IMAGE, makeShapes, newHost, WINDOW } from './scene.mjs';

Konva.autoDrawEnabled = false;

/** Konva as its own guide on speed has it: no hit graph, no perfect drawing, no shadows, the image on a layer of its own, and what is out of sight not drawn. */
function konvaStage(picture, shapes, listening) {
  const container = newHost();
  const stage = new Konva.Stage({ container, ...WINDOW });
  const [below, above, top] = [new Konva.Layer({ listening: false }), new Konva.Layer({ listening }), new Konva.Layer({ listening: false })];
  stage.add(below, above, top);
  below.add(new Konva.Image({ image: picture, x: 0, y: 0, ...IMAGE, perfectDrawEnabled: false, listening: false }));
  const nodes = shapes.map((shape) => nodeOf(shape, listening));
  above.add(...nodes);
  return { stage, nodes, above, top };
}

function nodeOf({ classId, x, y, width, height, ring }, listening) {
  const look = { fill: `${COLORS[classId]}1a`, stroke: COLORS[classId], strokeWidth: 1.6, strokeScaleEnabled: false, listening, perfectDrawEnabled: false, shadowForStrokeEnabled: false, hitStrokeWidth: 0 };
  return ring === null ? new Konva.Rect({ x, y, width, height, ...look }) : new Konva.Line({ points: ring, closed: true, ...look });
}

export function konvaWalk(picture, count) {
  const shapes = makeShapes(count);
  const { stage, nodes } = konvaStage(picture, shapes, false);
  const draw = ({ scale, x, y }) => {
    stage.scale({ x: scale, y: scale });
    stage.position({ x, y });
    const [left, top, right, bottom] = [-x / scale, -y / scale, (WINDOW.width - x) / scale, (WINDOW.height - y) / scale];
    shapes.forEach((one, index) => nodes[index].visible(one.x + one.width > left && one.x < right && one.y + one.height > top && one.y < bottom));
    stage.draw();
  };
  return { draw, dispose: () => stage.destroy() };
}

/** With a layer for what is dragged, which Konva's guide advises, or (`whole`) without. */
export function konvaDrag(picture, count, whole) {
  const { stage, nodes, above, top } = konvaStage(picture, makeShapes(count), false);
  const scale = Math.min(WINDOW.width / IMAGE.width, WINDOW.height / IMAGE.height);
  stage.scale({ x: scale, y: scale });
  const [node] = nodes;
  if (!whole) node.moveTo(top);
  stage.draw();
  const from = node.x();
  const draw = (step) => {
    node.x(from + (Math.sin(step / 10) * 300) / scale);
    (whole ? above : top).draw();
  };
  return { draw, dispose: () => stage.destroy() };
}

export async function annotoriousStage(url) {
  const host = newHost();
  const image = Object.assign(document.createElement('img'), { src: url });
  image.style.width = `${WINDOW.width}px`;
  host.append(image);
  await image.decode();
  return createImageAnnotator(image);
}

export const annotationOf = ({ id, x, y, width: w, height: h }) => ({
  id,
  bodies: [],
  target: { annotation: id, selector: { type: 'RECTANGLE', geometry: { bounds: { minX: x, minY: y, maxX: x + w, maxY: y + h }, x, y, w, h } } },
});
