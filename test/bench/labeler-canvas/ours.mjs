import { Editor, History, ImageDocument, PLAIN, readObject, Stage } from '../../../apps/labeler/src/engine/index.ts';
import { COLORS, IMAGE, makeShapes, newHost } from './scene.mjs';

const CLASSES = COLORS.map((color, id) => ({ id, name: `class ${id}`, color, keypoints: null, skeleton: null }));
const jsonOf = ({ id, classId, x, y, width, height, ring }) => ({ id, class_id: classId, source: 'manual', ...(ring === null ? { bbox: [x, y, width, height] } : { segmentation: [ring] }) });

/** The labeler's canvas, as a page puts it up, with nothing open yet. */
export function ourStage(picture) {
  let made = 0;
  const editor = new Editor({ newId: () => `new-${(made += 1)}` });
  editor.setClasses(CLASSES);
  const stage = new Stage(newHost(), editor);
  // Konva draws no names; ours would be drawn below 150 objects only.
  stage.setOptions({ ...PLAIN, tags: false });
  stage.setPicture({ source: picture, size: IMAGE });
  return { editor, dispose: () => stage.dispose() };
}

export function openJson(editor, shapes) {
  const objects = shapes.map((shape) => readObject(jsonOf(shape))).filter((one) => one !== null);
  editor.open({ document: new ImageDocument({ imageId: 1, ...IMAGE, objects, noObject: false }), history: new History() });
}

export function ourWalk(picture, count) {
  const { editor, dispose } = ourStage(picture);
  openJson(editor, makeShapes(count));
  const { viewport } = editor;
  const draw = ({ scale, x, y }) => {
    viewport.zoomAt({ x: 0, y: 0 }, scale / viewport.scale);
    viewport.panBy({ x: x - viewport.offset.x, y: y - viewport.offset.y });
  };
  return { draw, dispose };
}

const pointer = (screen, more = {}) => ({ screen, pointerId: 1, type: 'mouse', button: 0, shift: false, alt: false, mod: false, pressure: 0.5, coalesced: [], ...more });

/** One box goes to and fro over the others. */
export function ourDrag(picture, count) {
  const { editor, dispose } = ourStage(picture);
  const shapes = makeShapes(count);
  openJson(editor, shapes);
  const [first] = shapes;
  editor.select([first.id]);
  const from = editor.viewport.toScreen({ x: first.x + first.width / 2, y: first.y + first.height / 2 });
  editor.tools.pointerDown(pointer(from));
  const draw = (step) => editor.tools.pointerMove(pointer({ x: from.x + Math.sin(step / 10) * 300, y: from.y + 10 }));
  return { draw, dispose };
}

/** The pointer wanders over the objects with nothing pressed: what is under it lights up. */
export function ourHover(picture, count) {
  const { editor, dispose } = ourStage(picture);
  openJson(editor, makeShapes(count));
  const draw = (step) => editor.tools.pointerMove(pointer({ x: 700 + Math.sin(step / 10) * 300, y: 450 + Math.cos(step / 7) * 200 }));
  return { draw, dispose };
}
