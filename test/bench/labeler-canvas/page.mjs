// Runs in the browser. `cpuMs` is handed in: CPU of all of the browser's processes so far, in milliseconds.
import { openJson, ourDrag, ourHover, ourStage, ourWalk } from './ours.mjs';
import { cameraAt, IMAGE, makePicture, makeShapes, nextFrame, numbers } from './scene.mjs';
import { annotationOf, annotoriousStage, konvaDrag, konvaWalk } from './theirs.mjs';

const picture = makePicture();

/** CPU and wall time a frame of what `draw` does in each of them. */
async function framesOf({ draw, dispose }, frames, stepOf) {
  for (let warm = 0; warm < 5; warm += 1) {
    draw(stepOf(warm));
    await nextFrame();
  }
  const [cpu, start] = [await window.cpuMs(), performance.now()];
  for (let frame = 0; frame < frames; frame += 1) {
    draw(stepOf(frame));
    await nextFrame();
  }
  const wall = performance.now() - start;
  await nextFrame();
  const used = (await window.cpuMs()) - cpu;
  dispose();
  return { cpu: used / frames, wall: wall / frames };
}

const walkStep = (frames) => (frame) => cameraAt(frame / (frames - 1));
const asIs = (frame) => frame;

/** CPU, time until it is on the screen, and the page's nodes. */
async function once(work) {
  await new Promise((resolve) => setTimeout(resolve, 300));
  const [cpu, start] = [await window.cpuMs(), performance.now()];
  await work();
  await nextFrame();
  await nextFrame();
  const wall = performance.now() - start;
  return { cpu: (await window.cpuMs()) - cpu, wall, nodes: document.querySelectorAll('*').length };
}

const MORE = 10;
/** CPU of one of several that are made one after the other, each seen before the next: a tick of the clock is as long as one. */
async function each(make) {
  const { cpu, wall } = await once(async () => {
    for (let index = 0; index < MORE; index += 1) {
      make(index);
      await nextFrame();
    }
  });
  return { cpu: cpu / MORE, wall: wall / MORE };
}

async function ourOpen(count) {
  const { bitmap } = await picture;
  const { editor, dispose } = ourStage(bitmap);
  const shapes = makeShapes(2 * count).filter((one) => one.ring === null);
  const opened = await once(() => openJson(editor, shapes));
  const more = await each((index) => editor.create({ kind: 'box', box: { x: 1_000 + 9 * index, y: 1_000, width: 300, height: 200 } }));
  const drawn = editor.view().objects.length;
  dispose();
  if (drawn !== count + MORE) throw new Error(`${drawn} boxes instead of ${count + MORE}`);
  return { opened, more };
}

async function annotoriousOpen(count) {
  const { url } = await picture;
  const annotator = await annotoriousStage(url);
  const shapes = makeShapes(2 * count).filter((one) => one.ring === null);
  const opened = await once(() => annotator.setAnnotations(shapes.map(annotationOf), true));
  const more = await each((index) => annotator.addAnnotation(annotationOf({ id: `one-more-${index}`, x: 1_000 + 9 * index, y: 1_000, width: 300, height: 200 })));
  const drawn = annotator.getAnnotations().length;
  annotator.destroy();
  if (drawn !== count + MORE) throw new Error(`${drawn} boxes instead of ${count + MORE}`);
  return { opened, more };
}

/** Microseconds to find what lies under a point. */
async function hits(count, points) {
  const { editor, dispose } = ourStage((await picture).bitmap);
  openJson(editor, makeShapes(count));
  const next = numbers(9);
  const places = Array.from({ length: points }, () => ({ x: next() * IMAGE.width, y: next() * IMAGE.height }));
  for (const place of places) editor.hits(place);
  const start = performance.now();
  const found = places.reduce((sum, place) => sum + editor.hits(place).length, 0);
  const took = performance.now() - start;
  dispose();
  if (found === 0) throw new Error('nothing was hit');
  return (took * 1_000) / points;
}

/** What the canvas looks like, for somebody who doubts that both draw the same. */
async function show(name, count, part) {
  const { bitmap } = await picture;
  const { draw } = name === 'ours' ? ourWalk(bitmap, count) : konvaWalk(bitmap, count);
  draw(cameraAt(part));
  await nextFrame();
  await nextFrame();
}

window.bench = {
  show,
  hits,
  walk: async (name, count, frames) => framesOf((name === 'ours' ? ourWalk : konvaWalk)((await picture).bitmap, count), frames, walkStep(frames)),
  drag: async (name, count, frames) => framesOf(name === 'ours' ? ourDrag((await picture).bitmap, count) : konvaDrag((await picture).bitmap, count, name === 'konva-whole'), frames, asIs),
  hover: async (count, frames) => framesOf(ourHover((await picture).bitmap, count), frames, asIs),
  open: (name, count) => (name === 'ours' ? ourOpen(count) : annotoriousOpen(count)),
};
