// Draws what a version costs by the number of images, both axes logarithmic: an SVG for docs, without a library.
const [WIDTH, HEIGHT] = [720, 400];
const AREA = { left: 70, right: 560, top: 40, bottom: 340 };
const CURVES = [
  { of: ({ created }) => created / 1000, color: '#0b6e4f', text: 'making a version' },
  { of: ({ zipped }) => zipped.wall, color: '#b23a48', text: 'its zip after one edit' },
];

const powers = (least, most) => Array.from({ length: most - least + 1 }, (_, index) => 10 ** (least + index));
const scale = (least, most, from, to) => (value) => from + ((Math.log10(value) - least) / (most - least)) * (to - from);
const seconds = (value) => (value < 1 ? `${Number((value * 1000).toPrecision(2))} ms` : `${Number(value.toPrecision(2))} s`);

function axes(x, y, [xs, ys]) {
  const lines = xs.map((value) => `<line x1="${x(value)}" x2="${x(value)}" y1="${AREA.top}" y2="${AREA.bottom}"/>`);
  lines.push(...ys.map((value) => `<line x1="${AREA.left}" x2="${AREA.right}" y1="${y(value)}" y2="${y(value)}"/>`));
  const texts = xs.map((value) => `<text x="${x(value)}" y="${AREA.bottom + 20}" text-anchor="middle">${value.toLocaleString('en')}</text>`);
  texts.push(...ys.map((value) => `<text x="${AREA.left - 8}" y="${y(value) + 4}" text-anchor="end">${seconds(value)}</text>`));
  return `<g stroke="#d0d0d0">${lines.join('')}</g><g fill="#444">${texts.join('')}<text x="${(AREA.left + AREA.right) / 2}" y="${AREA.bottom + 44}" text-anchor="middle">images of the dataset</text></g>`;
}

function curve(points, { of, color, text }, x, y) {
  const places = points.map((point) => ({ at: `${x(point.images).toFixed(1)},${y(of(point)).toFixed(1)}`, value: of(point), left: x(point.images), top: y(of(point)) }));
  const dots = places.map(({ left, top, value }) => `<circle cx="${left.toFixed(1)}" cy="${top.toFixed(1)}" r="3.5"/><text x="${left.toFixed(1)}" y="${(top - 9).toFixed(1)}" text-anchor="middle" stroke="none">${seconds(value)}</text>`);
  const last = places.at(-1);
  return `<g stroke="${color}" fill="${color}"><polyline points="${places.map(({ at }) => at).join(' ')}" fill="none" stroke-width="2"/>${dots.join('')}<text x="${last.left + 26}" y="${last.top + 4}" stroke="none">${text}</text></g>`;
}

/** The text of an SVG. `points`: images, milliseconds to make a version, the version with its zip. */
export function curvesOf(points) {
  const values = points.flatMap((point) => CURVES.map(({ of }) => of(point)));
  const [least, most] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
  const [few, many] = [Math.floor(Math.log10(points[0].images)), Math.ceil(Math.log10(points.at(-1).images))];
  const [x, y] = [scale(few, many, AREA.left, AREA.right), scale(least, most, AREA.bottom, AREA.top)];
  const parts = [axes(x, y, [powers(few, many), powers(least, most)]), ...CURVES.map((one) => curve(points, one, x, y))];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>\n`;
}
