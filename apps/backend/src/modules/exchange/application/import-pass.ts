import { ClassNotes, fitImage, sizeFinding, type FormatCodec, type ImportedImage, type SourceTree } from '@app/dataset-formats';
import { FindingCollector } from '@app/dice-format';
import type { Finding } from '@app/kernel';
import type { IntakeLabels } from '../../annotation/index.js';
import type { DatasetFacts, DatasetImages, NamedImageView } from '../../dataset/index.js';
import type { MappedClasses } from './class-mapping.js';
import { matched } from './image-matching.js';

/** As many as one statement takes. */
const BATCH = 256;
const FIRST_KIND = { image_classification: 'labels', pose_estimation: 'person_keypoints', object_detection: 'instances', instance_segmentation: 'instances', semantic_segmentation: 'stuff' } as const;

export interface PassInput {
  readonly source: SourceTree;
  readonly codec: FormatCodec;
  readonly facts: DatasetFacts;
  readonly images: DatasetImages;
  readonly classes: MappedClasses;
  readonly signal: AbortSignal;
}

/** Labels of one image of the dataset, ready to be written, and where they come from. */
export interface PreparedLabels {
  readonly image: ImportedImage;
  readonly labels: IntakeLabels;
}

/** One reading of the label files: what they say of images of the dataset, in batches. */
export class ImportPass {
  readonly findings = new FindingCollector();
  readonly noted = new ClassNotes();
  readonly counts = { found: 0, matched: 0, unknown: 0, without_labels: 0 };
  objects = 0;
  private readonly seen = new Set<number>();

  constructor(private readonly input: PassInput) {}

  async *batches(): AsyncIterable<readonly PreparedLabels[]> {
    const { source, codec, facts, signal } = this.input;
    const notes = { findings: this.findings, classes: this.noted, firstKind: FIRST_KIND[facts.taskType], signal };
    let waiting: ImportedImage[] = [];
    for await (const image of codec.read(source, notes)) {
      this.counts.found += 1;
      waiting.push(image);
      if (waiting.length < BATCH) continue;
      yield await this.prepared(waiting);
      waiting = [];
    }
    if (waiting.length > 0) yield await this.prepared(waiting);
  }

  private async prepared(images: readonly ImportedImage[]): Promise<readonly PreparedLabels[]> {
    const { facts } = this.input;
    const views = await matched(images, (names) => this.input.images.named(facts.id, names));
    return images.flatMap((image, index) => this.one(image, views[index]));
  }

  private one(image: ImportedImage, view: NamedImageView | undefined): PreparedLabels[] {
    if (view === undefined) {
      this.counts.unknown += 1;
      return this.left(image, 'unknown-image', 'No image of the dataset has this name.');
    }
    if (this.seen.has(view.number)) return this.left(image, 'image-twice', 'The image was named before; its first labels count.');
    this.counts.matched += 1;
    const labels = this.labelsOf(image, view);
    if (labels === null) {
      this.counts.without_labels += 1;
      return [];
    }
    this.seen.add(view.number);
    this.objects += labels.bodies.length + labels.layers.length;
    return [{ image, labels }];
  }

  /** Null: nothing is told of it that could be taken. */
  private labelsOf(image: ImportedImage, view: NamedImageView): IntakeLabels | null {
    const size = sizeFinding(image, view);
    if (size !== undefined) this.warn(image, size.code, size.message);
    if (image.status === 'unlabeled') return null;
    const { facts, classes } = this.input;
    const { bodies, layers } = fitImage(image, { taskType: facts.taskType, size: view, classIdOf: (name) => classes.idOf(name, this.noted.detailsOf(name)), warn: (code, message) => this.warn(image, code, message) });
    if (bodies.length === 0 && layers.length === 0 && !image.noObject) return null;
    const { number, width, height } = view;
    return { number, width, height, bodies, layers, noObject: image.noObject, reviewed: image.status === 'reviewed' };
  }

  /** Findings about prepared labels, at the place that they came from. */
  refuse({ image }: PreparedLabels, findings: readonly Finding[]): void {
    for (const { code, message, pointer = '' } of findings) {
      const [, object] = /^\/annotations\/(\d+)/.exec(pointer) ?? [];
      this.findings.error(code, `${image.name.slice(0, 200)}${object === undefined ? '' : `, object ${Number(object) + 1}`}: ${message}`, image.place);
    }
  }

  private left(image: ImportedImage, code: string, message: string): [] {
    this.warn(image, code, message);
    return [];
  }

  private warn(image: ImportedImage, code: string, message: string): void {
    this.findings.warn(code, `${image.name.slice(0, 200)}: ${message}`, image.place);
  }
}
