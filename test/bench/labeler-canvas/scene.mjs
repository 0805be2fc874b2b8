// The same shapes and the same walk of the camera for everybody who is measured.
export const IMAGE = { width: 4_000, height: 3_000 };
export const WINDOW = { width: 1_400, height: 900 };
export const COLORS = ['#0072b2', '#e69f00', '#009e73', '#d55e00', '#56b4e9', '#cc79a7', '#f0e442', '#882255', '#44aa99', '#ddcc77', '#332288', '#aa4499'];
const FIT = Math.min(WINDOW.width / IMAGE.width, WINDOW.height / IMAGE.height);

/** Numbers from 0 to 1, the same in each run. */
export function numbers(seed) {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296;
}

/** Half boxes, half polygons of 14 corners; smaller the more there are, as in pictures of crowds. */
export function makeShapes(count) {
  const next = numbers(42);
  const size = count <= 200 ? 160 : count <= 2_000 ? 70 : 34;
  return Array.from({ length: count }, (_, index) => {
    const [width, height] = [size * (0.4 + 1.2 * next()), size * (0.4 + 1.2 * next())];
    const [x, y] = [next() * (IMAGE.width - width), next() * (IMAGE.height - height)];
    const classId = Math.floor(next() * COLORS.length);
    const ring = index % 2 === 0 ? null : ringIn({ x, y, width, height }, next);
    return { id: `shape-${index}`, classId, x, y, width, height, ring };
  });
}

function ringIn({ x, y, width, height }, next) {
  return Array.from({ length: 14 }, (_, corner) => {
    const [angle, far] = [(corner / 14) * 2 * Math.PI, 0.7 + 0.3 * next()];
    return [x + width / 2 + (Math.cos(angle) * width * far) / 2, y + height / 2 + (Math.sin(angle) * height * far) / 2];
  }).flat();
}

/** Where the camera is at `part` (0 to 1) of its walk: about at fit, in to 4x, along, and out again. */
export function cameraAt(part) {
  const { scale, x, y } = legOf(part);
  return { scale, x: WINDOW.width / 2 - x * scale, y: WINDOW.height / 2 - y * scale };
}

function legOf(part) {
  const centre = { x: IMAGE.width / 2, y: IMAGE.height / 2 };
  if (part < 0.2) return { scale: FIT, x: centre.x + Math.sin((part / 0.2) * 6.28) * 300, y: centre.y + Math.cos((part / 0.2) * 6.28) * 200 };
  if (part < 0.45) {
    const done = (part - 0.2) / 0.25;
    return { scale: FIT * (4 / FIT) ** done, x: centre.x + done * 400, y: centre.y - done * 300 };
  }
  if (part < 0.7) {
    const done = (part - 0.45) / 0.25;
    return { scale: 4 - 2.5 * done, x: centre.x + 400 - done * 1_200, y: centre.y - 300 + done * 700 };
  }
  const done = (part - 0.7) / 0.3;
  return { scale: 1.5 * (FIT / 1.5) ** done, x: centre.x - 800 * (1 - done), y: centre.y + 400 * (1 - done) };
}

export const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** A photo-like picture: smooth, with noise, so that scaling it costs what it costs. */
export async function makePicture() {
  const canvas = Object.assign(document.createElement('canvas'), IMAGE);
  const context = canvas.getContext('2d');
  const slope = context.createLinearGradient(0, 0, IMAGE.width, IMAGE.height);
  for (const [at, color] of [[0, '#345'], [0.5, '#9a7'], [1, '#532']]) slope.addColorStop(at, color);
  context.fillStyle = slope;
  context.fillRect(0, 0, IMAGE.width, IMAGE.height);
  const next = numbers(7);
  for (let spot = 0; spot < 4_000; spot += 1) {
    context.fillStyle = `rgba(${Math.floor(next() * 255)}, ${Math.floor(next() * 255)}, ${Math.floor(next() * 255)}, 0.4)`;
    context.fillRect(next() * IMAGE.width, next() * IMAGE.height, 40 * next(), 40 * next());
  }
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85));
  return { url: URL.createObjectURL(blob), bitmap: await createImageBitmap(blob) };
}

/** An empty box on the page, of the window's size. */
export function newHost() {
  document.body.innerHTML = '';
  const host = document.createElement('div');
  Object.assign(host.style, { position: 'relative', width: `${WINDOW.width}px`, height: `${WINDOW.height}px`, overflow: 'hidden', background: '#222' });
  document.body.append(host);
  return host;
}
