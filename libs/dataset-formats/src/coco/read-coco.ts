import { streamTopLevel, type JsonObject } from '@app/dice-format';
import { objectOf } from '../fields.js';
import type { ReadNotes } from '../format-codec.js';
import type { FormatObject, ImportedImage } from '../model.js';
import { placed, type SourceFile, type SourceTree } from '../source-tree.js';
import { cocoFiles } from './coco-files.js';
import { COCO_LIMITS, indexOf, type CocoIndex, type IndexedImage } from './coco-index.js';
import { objectOfCoco } from './coco-object.js';

/** Text of annotations that are held at once where those of an image do not stand together: parsed, it takes some times as much. */
const HELD_BYTES = 32 * 2 ** 20;

/**
 * COCO label files, read twice: once for images and categories, once for the annotations. Where the annotations of an image do not stand together, the file is
 * read once more for every 32 MiB of them, so that memory does not grow with the file.
 */
export async function* readCoco(source: SourceTree, notes: ReadNotes, files = cocoFiles(source)): AsyncIterable<ImportedImage> {
  for (const { path } of files.left) notes.findings.warn('file-not-read', 'The file was not read: another one has the objects, or it has none that the platform knows.', { entry: path });
  for (const file of files.read) yield* imagesOf(file, notes);
}

async function* imagesOf(file: SourceFile, notes: ReadNotes): AsyncIterable<ImportedImage> {
  const index = await indexOf(file, notes);
  const reader = new CocoImages(file, index, notes);
  if (index.isGrouped) yield* reader.grouped();
  else for (const ids of portions(index)) yield* reader.portion(ids);
  for (const image of index.images.values()) if (image.bytes === 0) yield reader.image(image, []);
}

function* portions({ images }: CocoIndex): Generator<ReadonlySet<number>> {
  let ids = new Set<number>();
  let bytes = 0;
  for (const [id, image] of images) {
    if (image.bytes === 0) continue;
    ids.add(id);
    bytes += image.bytes;
    if (bytes < HELD_BYTES) continue;
    yield ids;
    [ids, bytes] = [new Set(), 0];
  }
  // An empty one too: annotations of unknown images are reported while a portion is read.
  yield ids;
}

class CocoImages {
  /** Annotations of unknown images and categories are told once, not in every portion. */
  private passes = 0;

  constructor(
    private readonly file: SourceFile,
    private readonly index: CocoIndex,
    private readonly notes: ReadNotes,
  ) {}

  async *grouped(): AsyncIterable<ImportedImage> {
    let current: number | undefined;
    const objects: FormatObject[] = [];
    for await (const { id, read } of this.objects(null)) {
      if (id !== current && current !== undefined) yield* this.known(current, objects.splice(0));
      current = id;
      if (read !== undefined) objects.push(read);
    }
    if (current !== undefined) yield* this.known(current, objects);
  }

  async *portion(ids: ReadonlySet<number>): AsyncIterable<ImportedImage> {
    const held = new Map<number, FormatObject[]>([...ids].map((id) => [id, []]));
    for await (const { id, read } of this.objects(ids)) if (read !== undefined) held.get(id)?.push(read);
    for (const [id, objects] of held) yield* this.known(id, objects);
  }

  image({ name, width, height, split, index }: IndexedImage, objects: readonly FormatObject[]): ImportedImage {
    const place = { entry: this.file.path, pointer: `/images/${index}` };
    return { name, width, height, split, status: objects.length > 0 ? 'labeled' : 'unlabeled', noObject: false, place, objectsIn: () => objects };
  }

  private *known(id: number, objects: readonly FormatObject[]): Iterable<ImportedImage> {
    const image = this.index.images.get(id);
    if (image !== undefined) yield this.image(image, objects);
  }

  /** Of the images asked for, or of all. */
  private async *objects(ids: ReadonlySet<number> | null): AsyncIterable<{ readonly id: number; readonly read: FormatObject | undefined }> {
    const isFirst = this.passes === 0;
    this.passes += 1;
    try {
      for await (const item of streamTopLevel(this.file.open(), { ...COCO_LIMITS, signal: this.notes.signal })) {
        if (item.key !== 'annotations' || !('element' in item)) continue;
        const raw = objectOf(item.element);
        if (raw === undefined) continue;
        const id = this.imageIdOf(raw, item.index, isFirst);
        if (id !== undefined && (ids === null || ids.has(id))) yield { id, read: this.object(raw, item.index) };
      }
    } catch (error) {
      throw placed(error, this.file.path);
    }
  }

  private imageIdOf(raw: JsonObject, index: number, reports: boolean): number | undefined {
    const id = raw['image_id'];
    if (typeof id === 'number' && this.index.images.has(id)) return id;
    if (reports) this.error('unknown-image', 'The image_id is not an id of the images.', `/annotations/${index}/image_id`);
    return undefined;
  }

  private object(raw: JsonObject, index: number): FormatObject | undefined {
    const pointer = `/annotations/${index}`;
    const name = this.index.categories.get(Number(raw['category_id']));
    if (name === undefined) return void this.error('unknown-class', 'The category_id is not an id of the categories.', `${pointer}/category_id`);
    const read = objectOfCoco(raw, name, (code, message, field) => this.error(code, message, `${pointer}/${field}`));
    if (read !== undefined) this.notes.classes.count(name);
    return read;
  }

  private error(code: string, message: string, pointer: string): void {
    this.notes.findings.error(code, message, { entry: this.file.path, pointer });
  }
}
