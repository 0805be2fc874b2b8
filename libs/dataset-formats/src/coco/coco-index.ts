import { streamTopLevel, type JsonObject } from '@app/dice-format';
import { DomainError } from '@app/kernel';
import { listOf, objectOf, pixelsOf, stringOf } from '../fields.js';
import { MOST_IMAGES, MOST_OBJECTS, tooMany } from '../limits.js';
import type { ReadNotes } from '../format-codec.js';
import { placed, type SourceFile } from '../source-tree.js';
import { splitOfName, splitOfPath } from '../text/split-names.js';
import type { ImportedImage } from '../model.js';

export const COCO_ARRAYS: ReadonlySet<string> = new Set(['images', 'annotations', 'categories']);
/** An annotation with the run lengths of a large mask. */
export const COCO_LIMITS = { streamed: COCO_ARRAYS, maxElementBytes: 64 * 2 ** 20 };

export interface IndexedImage {
  readonly name: string;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly split: ImportedImage['split'];
  readonly index: number;
  /** Of its annotations, as text. */
  bytes: number;
}

/** What one pass over a COCO file tells: images and categories by id, and whether the annotations of an image stand together. */
export interface CocoIndex {
  readonly images: ReadonlyMap<number, IndexedImage>;
  readonly categories: ReadonlyMap<number, string>;
  readonly isGrouped: boolean;
}

/** @throws DomainError with the file in each finding. */
export async function indexOf(file: SourceFile, notes: ReadNotes): Promise<CocoIndex> {
  const index = new IndexBuilder(file, notes);
  try {
    for await (const item of streamTopLevel(file.open(), { ...COCO_LIMITS, signal: notes.signal })) {
      if ('element' in item) index.take(item.key, item.element, item);
      else index.member(item.key, item.value);
    }
  } catch (error) {
    throw placed(error, file.path);
  }
  return index.finish();
}

class IndexBuilder {
  private readonly images = new Map<number, IndexedImage>();
  private readonly categories = new Map<number, string>();
  private readonly bytesOf = new Map<number, number>();
  private readonly countOf = new Map<number, number>();
  private readonly members = new Set<string>();
  private last: number | undefined;
  private isGrouped = true;

  constructor(
    private readonly file: SourceFile,
    private readonly notes: ReadNotes,
  ) {}

  member(key: string, value: unknown): void {
    if (!COCO_ARRAYS.has(key)) return;
    this.members.add(key);
    if (!Array.isArray(value)) this.error('invalid-field', `The ${key} are a list.`, `/${key}`);
  }

  take(key: string, element: unknown, { index, sizeBytes }: { readonly index: number; readonly sizeBytes: number }): void {
    this.members.add(key);
    const object = objectOf(element);
    const pointer = `/${key}/${index}`;
    if (object === undefined) return this.error('invalid-field', 'An element is an object.', pointer);
    if (key === 'images') this.image(object, index, pointer);
    else if (key === 'categories') this.category(object, pointer);
    else this.annotation(object, sizeBytes, pointer);
  }

  finish(): CocoIndex {
    const missing = ['images', 'annotations', 'categories'].filter((key) => !this.members.has(key));
    if (missing.includes('images') || missing.includes('categories')) {
      const message = `The file has no ${missing.join(' and no ')}: it is no COCO label file.`;
      throw new DomainError('validation-failed', message, { findings: missing.map((key) => ({ code: 'required', message: `COCO files have ${key}.`, pointer: `/${key}`, entry: this.file.path })) });
    }
    for (const [id, bytes] of this.bytesOf) {
      const image = this.images.get(id);
      if (image !== undefined) image.bytes = bytes;
    }
    return { images: this.images, categories: this.categories, isGrouped: this.isGrouped };
  }

  private image(raw: JsonObject, index: number, pointer: string): void {
    const { id, file_name: name } = raw;
    const text = stringOf(name) ?? '';
    if (typeof id !== 'number') return this.error('invalid-field', 'An image has an id that is a number.', `${pointer}/id`);
    if (text === '') return this.error('invalid-field', 'An image has a file_name.', `${pointer}/file_name`);
    if (this.images.has(id)) return this.error('duplicate-id', 'The id of an image appears twice.', `${pointer}/id`);
    if (this.images.size >= MOST_IMAGES) throw tooMany(`A label file has at most ${MOST_IMAGES} images.`, { pointer });
    const split = splitOfName(stringOf(raw['split']) ?? '') ?? splitOfPath(this.file.path);
    this.images.set(id, { name: text, width: pixelsOf(raw['width']), height: pixelsOf(raw['height']), split, index, bytes: 0 });
  }

  private category(raw: JsonObject, pointer: string): void {
    const { id, name } = raw;
    if (typeof id !== 'number') return this.error('invalid-field', 'A category has an id that is a number.', `${pointer}/id`);
    if (typeof name !== 'string' || name === '') return this.error('invalid-field', 'A category has a name.', `${pointer}/name`);
    if (this.categories.has(id)) return this.error('duplicate-id', 'The id of a category appears twice.', `${pointer}/id`);
    this.categories.set(id, name);
    this.notes.classes.declare(name, { details: detailsOf(raw) });
  }

  private annotation(raw: JsonObject, sizeBytes: number, pointer: string): void {
    const id = raw['image_id'];
    if (typeof id !== 'number') return;
    if (id !== this.last && this.bytesOf.has(id)) this.isGrouped = false;
    this.last = id;
    const count = (this.countOf.get(id) ?? 0) + 1;
    if (count > MOST_OBJECTS) throw tooMany(`An image has at most ${MOST_OBJECTS} annotations.`, { pointer });
    if (this.countOf.size > MOST_IMAGES) throw tooMany(`A label file has annotations of at most ${MOST_IMAGES} images.`, { pointer });
    this.countOf.set(id, count);
    this.bytesOf.set(id, (this.bytesOf.get(id) ?? 0) + sizeBytes);
  }

  private error(code: string, message: string, pointer: string): void {
    this.notes.findings.error(code, message, { entry: this.file.path, pointer });
  }
}

/** As they are; a skeleton of a category without keypoints joins nothing. */
function detailsOf(raw: JsonObject): JsonObject {
  const { supercategory, keypoints, skeleton } = raw;
  return {
    ...(stringOf(supercategory) ? { supercategory } : {}),
    ...(listOf(keypoints).length > 0 ? { keypoints } : {}),
    ...(listOf(skeleton).length > 0 && listOf(keypoints).length > 0 ? { skeleton } : {}),
  };
}
