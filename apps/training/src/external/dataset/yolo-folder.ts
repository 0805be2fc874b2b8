import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ClassNotes, codecOf, SourceTree, type ExportedDataset, type ExportedImage, type WrittenFile } from '@app/dataset-formats';
import { FindingCollector } from '@app/dice-format';
import type { TrainingLabels } from '../../dataset-source/label-reader.port.js';
import { LABEL_FILE, type Placed } from './placed-images.js';
import type { UnpackedFiles } from './unpacked-files.js';

const YAML = 'data.yaml';

export interface YoloFacts {
  readonly labels: TrainingLabels;
  /** Of the images that are used, by their path in the dataset. */
  readonly sides: ReadonlyMap<string, 'train' | 'val'>;
  readonly signal: AbortSignal;
}

/** Turns an unpacked dataset into the form that Ultralytics reads, in place. */
export class YoloFolder {
  constructor(
    private readonly files: UnpackedFiles,
    private readonly facts: YoloFacts,
  ) {}

  async make(): Promise<Placed> {
    const writer = codecOf('yolo').writer;
    if (writer === null) throw new Error('the format has a writer');
    const dataset = await this.dataset();
    const target = writer(dataset, { lose: () => undefined });
    for await (const file of target.files()) await this.write(file);
    const paths = await this.moveImages(dataset, target.imagePaths());
    await rm(this.files.pathOf(LABEL_FILE), { force: true });
    const isDescribed = await stat(this.files.pathOf(YAML)).then(() => true, () => false);
    return { paths, description: isDescribed ? YAML : null };
  }

  private async moveImages(dataset: ExportedDataset, pathFor: (image: ExportedImage & { readonly classNames: readonly string[] }) => string | null): Promise<Placed['paths']> {
    const paths: { path: string; side: 'train' | 'val' }[] = [];
    for await (const image of dataset.images()) {
      const path = pathFor({ ...image, classNames: image.objects.map(({ className }) => className) });
      const side = this.facts.sides.get(image.fileName);
      if (path === null || side === undefined) continue;
      await this.move(image.fileName, path);
      paths.push({ path, side });
    }
    return paths;
  }

  private async move(from: string, to: string): Promise<void> {
    const path = this.files.pathOf(to);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rename(this.files.pathOf(from), path);
  }

  private async write(file: WrittenFile): Promise<void> {
    const path = this.files.pathOf(file.name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    if (file.kind === 'whole') return writeFile(path, file.text, { mode: 0o600 });
    const handle = await open(path, 'wx', 0o600);
    try {
      for await (const text of file.open()) await handle.writeFile(text);
    } finally {
      await handle.close();
    }
  }

  private async dataset(): Promise<ExportedDataset> {
    const notes = new ClassNotes();
    for await (const image of this.read(notes)) void image;
    const details = new Map(notes.list.map((one) => [one.name, one]));
    const classes = this.facts.labels.classes.map(({ id, name }) => ({ id, name, color: details.get(name)?.color ?? '#808080', details: details.get(name)?.details ?? {} }));
    const { taskType, multiLabel } = this.facts.labels;
    const images = (): AsyncIterable<ExportedImage> => this.images();
    return { name: 'dataset', taskType, multiLabel, classes, images, heads: images };
  }

  private read(classes = new ClassNotes()): ReturnType<ReturnType<typeof codecOf>['read']> {
    const path = this.files.pathOf(LABEL_FILE);
    const source = new SourceTree([{ path: LABEL_FILE, sizeBytes: 0, open: () => createReadStream(path) }]);
    return codecOf('dice').read(source, { findings: new FindingCollector(), classes, signal: this.facts.signal });
  }

  private async *images(): AsyncIterable<ExportedImage> {
    let id = 0;
    for await (const image of this.read()) {
      const fileName = image.name.startsWith('images/') ? image.name : `images/${image.name}`;
      const split = this.facts.sides.get(fileName);
      if (split === undefined) continue;
      id += 1;
      const { width = 0, height = 0, status, noObject } = image;
      yield { id, fileName, width, height, depth: 3, split, status, noObject, objects: image.objectsIn({ width, height }) };
    }
  }
}
