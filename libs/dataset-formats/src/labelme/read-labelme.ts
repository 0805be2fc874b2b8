import { streamTopLevel, type JsonObject } from '@app/dice-format';
import { boxAround, cornersOf, objectOf, pairsOf, pixelsOf, stringOf } from '../fields.js';
import type { ReadNotes } from '../format-codec.js';
import { MOST_OBJECTS, tooMany } from '../limits.js';
import type { FormatObject, ImportedImage } from '../model.js';
import { placed, type SourceFile, type SourceTree } from '../source-tree.js';
import { baseName } from '../text/unique-stems.js';
import { readLabelmeXml } from './read-labelme-xml.js';

/** The image itself in base64 may stand in the file; it is read over. */
const LIMITS = { streamed: new Set(['shapes']), maxElementBytes: 160 * 2 ** 20 };

/** A JSON an image. Polygons of one label and one group_id are parts of one object. */
export async function* readLabelme(source: SourceTree, notes: ReadNotes): AsyncIterable<ImportedImage> {
  const unlabeled = new Map(source.images.map((file) => [baseName(file.path), file]));
  for (const file of source.withExtension('json')) {
    if (baseName(file.path) === 'export-report.json') continue;
    const image = await imageOf(file, notes);
    if (image === undefined) continue;
    unlabeled.delete(baseName(image.name));
    yield image;
  }
  for (const file of source.withExtension('xml')) {
    for await (const image of readLabelmeXml(file, notes)) {
      unlabeled.delete(baseName(image.name));
      yield image;
    }
  }
  for (const [name, { path }] of unlabeled) if (!/_(mask|scribble)_/.test(name)) yield { name, split: null, status: 'unlabeled', noObject: false, place: { entry: path }, objectsIn: () => [] };
}

async function imageOf(file: SourceFile, notes: ReadNotes): Promise<ImportedImage | undefined> {
  const head = new Map<string, unknown>();
  const shapes = new Shapes(file, notes);
  try {
    for await (const item of streamTopLevel(file.open(), { ...LIMITS, signal: notes.signal })) {
      if ('element' in item) shapes.take(item.element, `/shapes/${item.index}`);
      else if (item.key !== 'imageData') head.set(item.key, item.value);
    }
  } catch (error) {
    throw placed(error, file.path);
  }
  const name = stringOf(head.get('imagePath')) ?? '';
  if (name === '') return void notes.findings.error('required', 'A labelme file has an imagePath.', { entry: file.path, pointer: '/imagePath' });
  const objects = [...shapes.objects(), ...flagged(head.get('flags'))];
  for (const { className } of objects) notes.classes.count(className);
  for (const flag of Object.keys(objectOf(head.get('flags')) ?? {})) notes.classes.declare(flag);
  const place = { entry: file.path };
  const [width, height] = [pixelsOf(head.get('imageWidth')), pixelsOf(head.get('imageHeight'))];
  return { name: name.replaceAll('\\', '/'), width, height, split: null, status: 'labeled', noObject: shapes.isEmpty && objects.length === 0, place, objectsIn: () => objects };
}

/** Flags of the whole image say its class. */
function flagged(flags: unknown): FormatObject[] {
  return Object.entries(objectOf(flags) ?? {}).flatMap(([className, isSet]) => (isSet === true ? [{ className }] : []));
}

interface Part {
  readonly className: string;
  readonly attributes: JsonObject | undefined;
  readonly rings: number[][];
  readonly bbox?: FormatObject['bbox'];
}

class Shapes {
  private readonly parts = new Map<string, Part>();
  private count = 0;

  constructor(
    private readonly file: SourceFile,
    private readonly notes: ReadNotes,
  ) {}

  get isEmpty(): boolean {
    return this.count === 0;
  }

  take(element: unknown, pointer: string): void {
    this.count += 1;
    if (this.count > MOST_OBJECTS) throw tooMany(`An image has at most ${MOST_OBJECTS} shapes.`, { pointer });
    const shape = objectOf(element) ?? {};
    const label = stringOf(shape['label']) ?? '';
    if (label === '') return this.error('no-class', 'A shape has a label.', `${pointer}/label`);
    const points = pairsOf(shape['points']);
    if (points === undefined) return this.error('invalid-shape', 'The points of a shape are pairs of finite numbers.', `${pointer}/points`);
    const kind = stringOf(shape['shape_type']) ?? 'polygon';
    const attributes = attributesOf(shape);
    if (kind === 'rectangle') this.rectangle({ label, points, attributes }, pointer);
    else if (kind === 'polygon') this.polygon({ label, points, attributes }, shape['group_id'], pointer);
    else this.notes.findings.warn('unsupported-shape', `A ${kind.slice(0, 32)} was left out: there is no task for it.`, { entry: this.file.path, pointer });
  }

  objects(): FormatObject[] {
    return [...this.parts.values()].map(({ className, attributes, rings, bbox }) => ({
      className,
      bbox: bbox ?? boxAround(rings.flat()),
      ...(bbox === undefined ? { segmentation: rings } : {}),
      ...(attributes === undefined ? {} : { attributes }),
    }));
  }

  private rectangle({ label, points, attributes }: { label: string; points: number[]; attributes: JsonObject | undefined }, pointer: string): void {
    const bbox = boxAround(points);
    if (points.length !== 4 || bbox[2] <= 0 || bbox[3] <= 0) return this.error('invalid-box', 'A rectangle has two corners, and a width and a height above zero.', `${pointer}/points`);
    this.parts.set(`single ${this.count}`, { className: label, attributes, rings: [cornersOf(bbox)], bbox });
  }

  private polygon({ label, points, attributes }: { label: string; points: number[]; attributes: JsonObject | undefined }, group: unknown, pointer: string): void {
    if (points.length < 6) return this.error('invalid-polygon', 'A polygon has at least three points.', `${pointer}/points`);
    const key = typeof group === 'number' ? `group ${group} ${label}` : `single ${this.count}`;
    const known = this.parts.get(key);
    if (known === undefined) this.parts.set(key, { className: label, attributes, rings: [points] });
    else known.rings.push(points);
  }

  private error(code: string, message: string, pointer: string): void {
    this.notes.findings.error(code, message, { entry: this.file.path, pointer });
  }
}

/** Ours under `attributes`, which labelme keeps as it keeps all that it does not know; its own flags where they are set. */
function attributesOf(shape: JsonObject): JsonObject | undefined {
  const flags = Object.entries(objectOf(shape['flags']) ?? {}).filter(([, isSet]) => isSet === true);
  const attributes = { ...Object.fromEntries(flags), ...objectOf(shape['attributes']) };
  return Object.keys(attributes).length === 0 ? undefined : attributes;
}

