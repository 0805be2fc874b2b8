import { encodeMaskPng, FindingCollector, labelMapOf, PALETTE, withDerivedFields, type DiceClass, type JsonObject, type TaskType } from '@app/dice-format';
import { ClassNotes } from '../class-notes.js';
import { fitImage, sizeFinding, type Fitted } from '../fit-task.js';
import type { FormatCodec } from '../format-codec.js';
import type { ImportedImage } from '../model.js';
import { isPhotoPath, PhotoIndex } from '../photo-index.js';
import type { SourceFile, SourceTree } from '../source-tree.js';
import { TaskGuess } from '../task-guess.js';
import { baseName, UniqueStems } from '../text/unique-stems.js';

/** Of the upright image, pixels; channels of its samples. */
export interface PhotoSize {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** An image of a source with its place in the DICE package. */
export interface Photo {
  readonly id: number;
  readonly file: SourceFile;
  /** `images/...` */
  readonly name: string;
}

export interface ConversionFacts {
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly signal?: AbortSignal;
}

/** The hash that a reader computes is not known before all was written; it takes its own. */
const NO_HASH = `sha256:${'0'.repeat(64)}`;
/** Of labels that become others: a person reads some. */
const WARNED_LABELS = 100;

/**
 * A dataset in another form as a DICE package, without holding it: first `scan`, then the bytes of `photos`, whose sizes are told to `sized`, then `masks` and
 * `annotations`, which read the label files again.
 */
export class DiceConversion {
  readonly findings = new FindingCollector();
  readonly photos: readonly Photo[];
  private readonly noted = new ClassNotes();
  private readonly guess = new TaskGuess();
  private readonly index: PhotoIndex;
  private readonly byPath: ReadonlyMap<string, Photo>;
  private readonly sizes = new Map<number, PhotoSize>();
  private labeled = 0;
  private texts = 0;
  private ids: ReadonlyMap<string, number> | undefined;

  constructor(
    private readonly source: SourceTree,
    private readonly codec: FormatCodec,
    private readonly facts: ConversionFacts,
  ) {
    const stems = new UniqueStems();
    this.photos = source.images.filter(({ path }) => isPhotoPath(path)).map((file, at) => ({ id: at + 1, file, name: `images/${stems.path(baseName(file.path), at + 1)}` }));
    this.byPath = new Map(this.photos.map((photo) => [photo.file.path, photo]));
    this.index = new PhotoIndex(this.byPath.keys());
  }

  get taskType(): TaskType {
    return this.guess.taskType;
  }

  get classes(): readonly DiceClass[] {
    return this.noted.list.map(({ name, color, details }, id) => ({ id, name, color: color ?? PALETTE[id % PALETTE.length] ?? '#808080', details }));
  }

  /** Reads all labels once. What is wrong is in `findings` afterwards. @throws DomainError where a file cannot be read at all. */
  async scan(): Promise<void> {
    const { findings, noted: classes } = this;
    for await (const image of this.codec.read(this.source, { findings, classes, signal: this.facts.signal })) {
      if (this.photoOf(image) === undefined) findings.warn('unknown-image', `${image.name.slice(0, 200)}: the image is not in the zip, its labels are left out.`, image.place);
      else {
        this.guess.take(image);
        if (image.status !== 'unlabeled') this.labeled += 1;
      }
    }
    for (const { path } of this.source.foreignImages) findings.warn('unsupported-image', 'Images are JPEG, PNG or WebP; this one is left out.', { entry: path });
    if (this.photos.length === 0) findings.error('no-image', 'There is no JPEG, PNG or WebP in the zip.', { pointer: '/file' });
  }

  sized(photo: Photo, size: PhotoSize): void {
    this.sizes.set(photo.id, size);
  }

  /** Of a semantic segmentation. */
  async *masks(): AsyncIterable<{ readonly name: string; readonly bytes: Uint8Array }> {
    if (this.taskType !== 'semantic_segmentation') return;
    for await (const { photo, image } of this.paired()) {
      const size = this.sizes.get(photo.id);
      const layers = size === undefined ? [] : this.fitted(image, size, () => undefined).layers;
      if (size !== undefined && layers.length > 0) yield { name: maskName(photo), bytes: encodeMaskPng(labelMapOf(layers, size), size) };
    }
  }

  /** The text of annotations.json; the same each time. */
  async *annotations(): AsyncIterable<string> {
    this.texts += 1;
    const { multiLabel } = this.guess;
    const classes = this.classes.map(({ id, name, color, details }) => ({ id, name, color, ...details }));
    const begin = { ...this.identity(), created_at: this.facts.createdAt, content_hash: NO_HASH, ...(multiLabel ? { multi_label: true } : {}), classes };
    yield `${JSON.stringify(begin).slice(0, -1)},"images":[`;
    let separator = '';
    const told = new Set<number>();
    for await (const { photo, image } of this.paired()) {
      if (told.has(photo.id)) continue;
      told.add(photo.id);
      yield separator + JSON.stringify(this.element(photo, image));
      separator = ',';
    }
    for (const photo of this.photos) {
      if (told.has(photo.id)) continue;
      yield separator + JSON.stringify(this.unlabeled(photo, null));
      separator = ',';
    }
    yield ']}';
  }

  meta(): string {
    return JSON.stringify({ ...this.identity(), content_hash: NO_HASH, total_images: this.photos.length, labeled_images: this.labeled, num_classes: this.noted.list.length });
  }

  private identity(): JsonObject {
    return { format_version: '1.0', dataset_id: 'converted', dataset_name: this.facts.name, task_type: this.taskType, version: 1, last_modified_at: this.facts.createdAt };
  }

  private photoOf(image: ImportedImage): Photo | undefined {
    return this.byPath.get(this.index.pathOf(image) ?? '');
  }

  /** Findings of this reading are those of the first. */
  private async *paired(): AsyncIterable<{ readonly photo: Photo; readonly image: ImportedImage }> {
    for await (const image of this.codec.read(this.source, { findings: new FindingCollector(0), classes: new ClassNotes(), signal: this.facts.signal })) {
      const photo = this.photoOf(image);
      if (photo !== undefined) yield { photo, image };
    }
  }

  private element(photo: Photo, image: ImportedImage): JsonObject {
    const size = this.sizes.get(photo.id);
    if (size === undefined) return this.unlabeled(photo, image.split);
    const warn = (code: string, message: string): void => this.warn(image, code, message);
    const differs = sizeFinding(image, size);
    if (differs !== undefined) warn(differs.code, differs.message);
    if (image.status === 'unlabeled') return this.unlabeled(photo, image.split);
    const fitted = this.fitted(image, size, warn);
    const has = fitted.bodies.length > 0 || fitted.layers.length > 0;
    const status = has || image.noObject ? image.status : 'unlabeled';
    return { ...this.head(photo, image.split), ...this.body(photo, fitted), metadata: { status, ...(image.noObject ? { no_object: true } : {}), source: this.codec.name } };
  }

  /** The text is read more than once, what is found on the way is told once. */
  private warn(image: ImportedImage, code: string, message: string): void {
    if (this.texts === 1 && this.findings.warnings.length < WARNED_LABELS) this.findings.warn(code, `${image.name.slice(0, 200)}: ${message}`, image.place);
  }

  private unlabeled(photo: Photo, split: ImportedImage['split']): JsonObject {
    return { ...this.head(photo, split), ...this.body(photo, { bodies: [], layers: [] }), metadata: { status: 'unlabeled' } };
  }

  private head({ id, name }: Photo, split: ImportedImage['split']): JsonObject {
    const { width = 0, height = 0, channels = 3 } = this.sizes.get(id) ?? {};
    return { id, file_name: name, width, height, depth: channels, split };
  }

  private body(photo: Photo, { bodies, layers }: Fitted): JsonObject {
    if (this.taskType === 'semantic_segmentation') return { annotation: layers.length === 0 ? null : { mask_file: maskName(photo), mask_format: 'indexed_png', num_classes: this.noted.list.length } };
    const { list } = this.noted;
    const written = bodies.map((body, at) => withDerivedFields(this.taskType === 'image_classification' ? body : { id: at + 1, ...body }, list[Number(body['class_id'])]?.name));
    return this.taskType === 'image_classification' && !this.guess.multiLabel ? { annotation: written[0] ?? null } : { annotations: written };
  }

  private fitted(image: ImportedImage, size: PhotoSize, warn: (code: string, message: string) => void): Fitted {
    const ids = this.idsByName();
    return fitImage(image, { taskType: this.taskType, size, classIdOf: (name) => ids.get(name), warn });
  }

  private idsByName(): ReadonlyMap<string, number> {
    this.ids ??= new Map(this.noted.list.map(({ name }, id) => [name, id]));
    return this.ids;
  }
}

const maskName = ({ id }: Photo): string => `masks/${String(id).padStart(6, '0')}.png`;
