import { createHash } from 'node:crypto';
import { encodeMaskPng, hashedHeadLine, labelMapOf, labelsDigest, layersOf, type DiceClass, type LiveObject, type TaskType } from '@app/dice-format';
import { DatasetCut, type CutFacts, type CutHead, type CutImage, type CutLabels, type CutMask, type CutTotals } from '../../application/ports/live-view.port.js';
import { CHANGE_TABLE } from '../../../dataset/index.js';
import type { CutConnection } from './cut-connection.js';
import { headOfLine, HEADS_LINE, LABELS_LINE, labelsOfLine } from './cut-labels.js';
import { IMAGE_LINE, imagesOf, MASK_LINE, TOTALS_SQL } from './cut-sql.js';
import { hashedLine, imageJson } from './image-json-sql.js';
import { commaSeparated, parsedLines } from './text-lines.js';

export interface HeadRow {
  readonly id: string;
  readonly name: string;
  readonly task_type: TaskType;
  readonly multi_label: boolean;
  readonly split_config: unknown;
  readonly created_at: Date;
  readonly modified_at: Date;
  readonly change_seq: number;
  readonly labels_loaded: boolean;
  readonly content_hash: string;
  readonly content_hash_seq: number;
  readonly content_totals: CutTotals | null;
  readonly classes: readonly DiceClass[];
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

export class SqlDatasetCut extends DatasetCut {
  readonly facts: CutFacts;
  private content: CutContent | undefined;

  constructor(
    private readonly connection: CutConnection,
    private readonly head: HeadRow,
    private readonly hooks: { readonly remember: (content: CutContent) => Promise<void>; readonly closed: () => void },
  ) {
    super();
    this.facts = { datasetId: head.id, name: head.name, taskType: head.task_type, multiLabel: head.multi_label, classes: head.classes, changeSeq: head.change_seq };
    if (head.content_hash_seq === head.change_seq && head.content_totals !== null) this.content = { hash: head.content_hash, totals: head.content_totals };
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
    const begin = { ...this.identity(), created_at: head.created_at.toISOString(), ...(head.multi_label ? { multi_label: true } : {}), ...(head.split_config === null ? {} : { split_config: head.split_config }), classes };
    yield encoder.encode(`${JSON.stringify(begin).slice(0, -1)},"images":[`);
    yield* commaSeparated(this.lines(imageJson(this.imageOptions()), 'order by number'));
    // What is known only after all images were counted stands behind them, so that the first byte need not wait.
    const { hash, totals } = await this.contents();
    const { train, val, test } = totals.splits;
    yield encoder.encode(`],"splits":${JSON.stringify({ train, val, test })},"statistics":${JSON.stringify(statisticsOf(totals, head.classes))},"content_hash":"${hash}"}`);
  }

  async meta(): Promise<Uint8Array> {
    const { hash, totals } = await this.contents();
    return encoder.encode(JSON.stringify({ ...this.identity(), content_hash: hash, total_images: totals.images, labeled_images: totals.labeled, num_classes: this.head.classes.length }));
  }

  async *images(): AsyncIterable<CutImage> {
    for await (const line of parsedLines(this.lines(IMAGE_LINE, 'order by number'))) yield imageOf(line as ImageLine);
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
    await this.connection.close();
    this.hooks.closed();
  }

  private get id(): string {
    return this.connection.quoted(this.head.id);
  }

  private lines(column: string, rest: string): AsyncIterable<Buffer> {
    return this.connection.lines(`select ${column} ${imagesOf(this.id)} ${rest}`);
  }

  private identity(): Record<string, unknown> {
    const { id, name, task_type: taskType, change_seq: changeSeq, modified_at: modifiedAt } = this.head;
    return { format_version: '1.0', dataset_id: id, dataset_name: name, task_type: taskType, version: changeSeq + 1, last_modified_at: modifiedAt.toISOString() };
  }

  private imageOptions(): Parameters<typeof imageJson>[0] {
    const { task_type: taskType, multi_label: multiLabel, classes } = this.head;
    const names = Object.fromEntries(classes.map(({ id, name }) => [String(id), name]));
    return { taskType, multiLabel, numClasses: classes.length, classNames: this.connection.quoted(JSON.stringify(names)) };
  }

  private async contents(): Promise<CutContent> {
    if (this.content !== undefined) return this.content;
    const isKnown = this.head.content_hash_seq === this.head.change_seq;
    const hash = isKnown ? this.head.content_hash : await this.computedHash();
    this.content = { hash, totals: await this.countedTotals() };
    await this.hooks.remember(this.content);
    return this.content;
  }

  private async computedHash(): Promise<string> {
    const { task_type: taskType, multi_label: multiLabel, classes } = this.head;
    const all = createHash('sha256').update(hashedHeadLine({ taskType, multiLabel, classes }));
    for await (const chunk of this.lines(hashedLine(NO_LABELS), 'order by file_name collate "C"')) all.update(chunk);
    return `sha256:${all.digest('hex')}`;
  }

  private async countedTotals(): Promise<CutTotals> {
    const [row] = await this.connection.query<TotalsRow>(TOTALS_SQL, [this.head.id, this.head.task_type === 'semantic_segmentation']);
    if (row === undefined) throw new Error('a count has a row');
    const { images, labeled, annotations, train, val, test, classes } = row;
    return { images, labeled, annotations, splits: { train, val, test }, classes };
  }
}

type ImageLine = readonly [number: number, fileName: string, key: string | null, sizeBytes: number, crc32: number | null, sha256: string, width: number, height: number, split: CutImage['split']];

interface MaskLine {
  readonly number: number;
  readonly width: number;
  readonly height: number;
  readonly objects: LiveObject[];
}

function imageOf([number, fileName, objectKey, sizeBytes, crc32, sha256, width, height, split]: ImageLine): CutImage {
  return { number, fileName, objectKey, sizeBytes, crc32, sha256, width, height, split };
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
