import { createHash } from 'node:crypto';
import { encodeMaskPng, hashedHeadLine, labelMapOf, labelsDigest, layersOf, type DiceClass, type LiveObject } from '@app/dice-format';
import type { FrozenHead } from '../../application/ports/dataset-positions.port.js';
import { DatasetCut, type CutColumns, type CutEntries, type CutFacts, type CutHead, type CutImage, type CutLabels, type CutMask, type CutTotals } from '../../application/ports/live-view.port.js';
import { CHANGE_TABLE } from '../../../dataset/index.js';
import { binaryRows, type BinaryRows } from './binary-rows.js';
import type { CutConnection } from './cut-connection.js';
import { headOfLine, HEADS_LINE, LABELS_LINE, labelsOfLine } from './cut-labels.js';
import { ALL_COLUMNS, ENTRY_COLUMNS, EntryColumns, IMAGE_COLUMNS, ImageColumns, imagesOfRows } from './cut-images.js';
import { MASK_LINE, totalsSql } from './cut-sql.js';
import { classText, hashedLine, imageJson } from './image-json-sql.js';
import { rangesInTurns } from './ranges-in-turns.js';
import { commaSeparated, parsedLines } from './text-lines.js';

/** What a cut says of the dataset itself. */
export interface CutSubject extends FrozenHead {
  readonly id: string;
  /** No image has this number or a larger one. */
  readonly nextNumber: number;
  /** Of this very position, where it was computed before. */
  readonly known: Partial<CutContent>;
}

interface TotalsRow {
  readonly images: number;
  readonly labeled: number;
  readonly annotations: number;
  readonly train: number;
  readonly val: number;
  readonly test: number;
  readonly classes: Readonly<Record<string, number>>;
}

export interface CutContent {
  readonly hash: string;
  readonly totals: CutTotals;
}

const NO_LABELS = labelsDigest([]);
const encoder = new TextEncoder();

/** A smaller one is read in less time than a second connection takes to be of use. */
const LARGE_IMAGES = 2_000;

export interface CutHooks {
  readonly remember: (content: CutContent) => Promise<void>;
  /** Another connection at the same moment, when there is one to spare. */
  readonly beside: () => Promise<CutConnection | undefined>;
  readonly closed: () => void;
}

export class SqlDatasetCut extends DatasetCut {
  readonly facts: CutFacts;
  private content: CutContent | undefined;
  private helper: CutConnection | undefined;

  constructor(
    private readonly connection: CutConnection,
    private readonly head: CutSubject,
    /** The images, from the `from` on. */
    private readonly rows: string,
    private readonly hooks: CutHooks,
  ) {
    super();
    this.facts = { datasetId: head.id, name: head.name, taskType: head.task_type, multiLabel: head.multi_label, classes: head.classes, changeSeq: head.position };
    const { hash, totals } = head.known;
    if (hash !== undefined && totals !== undefined) this.content = { hash, totals };
  }

  async contentHash(): Promise<string> {
    return (await this.contents()).hash;
  }

  async totals(): Promise<CutTotals> {
    return (await this.contents()).totals;
  }

  async *annotations(): AsyncIterable<Uint8Array> {
    const { head } = this;
    const classes = head.classes.map(({ id, name, color, details }) => ({ id, name, color, ...details }));
    const begin = { ...this.identity(), created_at: head.created_at, ...(head.multi_label ? { multi_label: true } : {}), ...(head.split_config === null ? {} : { split_config: head.split_config }), classes };
    yield encoder.encode(`${JSON.stringify(begin).slice(0, -1)},"images":[`);
    const json = imageJson(this.imageOptions());
    const readers = await this.connections();
    const isAlone = readers[1] === undefined;
    yield* commaSeparated(isAlone ? this.lines(json, 'order by number') : rangesInTurns(readers.filter((one) => one !== undefined), this.head.nextNumber, (range) => this.select(json, `and ${range} order by number`)));
    // What is known only after all images were counted stands behind them, so that the first byte need not wait.
    const { hash, totals } = await this.contents();
    const { train, val, test } = totals.splits;
    yield encoder.encode(`],"splits":${JSON.stringify({ train, val, test })},"statistics":${JSON.stringify(statisticsOf(totals, head.classes))},"content_hash":"${hash}"}`);
  }

  async meta(): Promise<Uint8Array> {
    const { hash, totals } = await this.contents();
    return encoder.encode(JSON.stringify({ ...this.identity(), content_hash: hash, total_images: totals.images, labeled_images: totals.labeled, num_classes: this.head.classes.length }));
  }

  async *images(after = 0): AsyncIterable<readonly CutImage[]> {
    for await (const rows of this.rowsOf(IMAGE_COLUMNS, `and number > ${Math.trunc(after)} order by number`)) yield imagesOfRows(rows);
  }

  async *imageEntries(): AsyncIterable<CutEntries> {
    const columns = new EntryColumns();
    for await (const rows of this.rowsOf(ENTRY_COLUMNS, 'order by number')) yield columns.read(rows);
  }

  async *imageColumns(): AsyncIterable<CutColumns> {
    const columns = new ImageColumns();
    for await (const rows of this.rowsOf(ALL_COLUMNS, 'order by number')) yield columns.read(rows);
  }

  async *heads(): AsyncIterable<CutHead> {
    for await (const line of parsedLines(this.lines(HEADS_LINE, 'order by number'))) yield headOfLine(line);
  }

  async *labels(): AsyncIterable<CutLabels> {
    for await (const line of parsedLines(this.lines(LABELS_LINE, 'order by number'))) yield labelsOfLine(line);
  }

  async *masks(): AsyncIterable<CutMask & { readonly png: Uint8Array }> {
    for await (const { number, png } of this.masksWhere(`objects <> '[]'`)) if (png !== null) yield { number, png };
  }

  changedMasks(after: number): AsyncIterable<CutMask> {
    return this.masksWhere(`number in (select number from ${CHANGE_TABLE} where dataset_id = ${this.id} and seq > ${Math.trunc(after)} and number is not null)`);
  }

  private async *masksWhere(condition: string): AsyncIterable<CutMask> {
    if (this.head.task_type !== 'semantic_segmentation') return;
    for await (const line of parsedLines(this.lines(MASK_LINE, `and ${condition} order by number`))) {
      const { number, width, height, objects } = line as MaskLine;
      yield { number, png: objects.length === 0 ? null : encodeMaskPng(labelMapOf(layersOf(objects), { width, height }), { width, height }) };
    }
  }

  async close(): Promise<void> {
    await this.helper?.close();
    await this.connection.close();
    this.hooks.closed();
  }

  private get id(): string {
    return this.connection.quoted(this.head.id);
  }

  private lines(column: string, rest: string): AsyncIterable<Buffer> {
    return this.connection.lines(this.select(column, rest));
  }

  private rowsOf(columns: string, rest: string): AsyncIterable<BinaryRows> {
    return binaryRows(this.connection.binary(this.select(columns, rest)));
  }

  private select(column: string, rest: string): string {
    return `select ${column} ${this.rows} ${rest}`;
  }

  private async connections(): Promise<readonly [CutConnection, CutConnection?]> {
    if (this.head.nextNumber > LARGE_IMAGES) this.helper ??= await this.hooks.beside();
    return this.helper === undefined ? [this.connection] : [this.connection, this.helper];
  }

  private identity(): Record<string, unknown> {
    const { id, name, task_type: taskType, position, modified_at: modifiedAt } = this.head;
    return { format_version: '1.0', dataset_id: id, dataset_name: name, task_type: taskType, version: position + 1, last_modified_at: modifiedAt };
  }

  private imageOptions(): Parameters<typeof imageJson>[0] {
    const { task_type: taskType, multi_label: multiLabel, classes } = this.head;
    const texts = Object.fromEntries(classes.map((one) => [String(one.id), classText(one)]));
    return { taskType, multiLabel, numClasses: classes.length, classTexts: this.connection.quoted(JSON.stringify(texts)) };
  }

  private async contents(): Promise<CutContent> {
    this.content ??= await this.computedContent();
    // For what is read next, if anything is, one is enough.
    await this.helper?.close();
    this.helper = undefined;
    return this.content;
  }

  private async computedContent(): Promise<CutContent> {
    const { hash: known } = this.head.known;
    const [own, other] = await this.connections();
    const hashing = known === undefined ? this.computedHash() : Promise.resolve(known);
    const counting = other === undefined ? hashing.then(() => this.countedTotals(own)) : this.countedTotals(other);
    const [hash, totals] = await Promise.all([hashing, counting]);
    await this.hooks.remember({ hash, totals });
    return { hash, totals };
  }

  private async computedHash(): Promise<string> {
    const { task_type: taskType, multi_label: multiLabel, classes } = this.head;
    const all = createHash('sha256').update(hashedHeadLine({ taskType, multiLabel, classes }));
    for await (const chunk of this.lines(hashedLine(NO_LABELS), 'order by file_name collate "C"')) all.update(chunk);
    return `sha256:${all.digest('hex')}`;
  }

  private async countedTotals(connection: CutConnection): Promise<CutTotals> {
    const [row] = await connection.query<TotalsRow>(totalsSql(this.rows), [this.head.task_type === 'semantic_segmentation']);
    if (row === undefined) throw new Error('a count has a row');
    const { images, labeled, annotations, train, val, test, classes } = row;
    return { images, labeled, annotations, splits: { train, val, test }, classes };
  }
}

interface MaskLine {
  readonly number: number;
  readonly width: number;
  readonly height: number;
  readonly objects: LiveObject[];
}

function statisticsOf(totals: CutTotals, classes: readonly DiceClass[]): Record<string, unknown> {
  const { images, labeled, annotations } = totals;
  const ratio = (value: number): number => (images === 0 ? 0 : value / images);
  return {
    ...{ total_images: images, total_annotations: annotations, labeled_images: labeled, unlabeled_images: images - labeled },
    ...{ labeling_progress: ratio(labeled), avg_annotations_per_image: ratio(annotations) },
    class_distribution: Object.fromEntries(classes.map(({ id, name }) => [name, totals.classes[String(id)] ?? 0])),
  };
}
