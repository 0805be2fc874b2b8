import { ClassTable } from './dice-class.js';
import type { FindingCollector } from './finding-collector.js';
import { type ImageLabels, readImageLabels } from './image-labels.js';
import { isInteger, isText } from './json-access.js';
import { streamTopLevel, type StreamTopLevelLimits, type TopLevelElement, type TopLevelItem } from './stream-top-level.js';
import { type TaskType, taskTypeOf } from './task-type.js';

/** Images that may stand before `classes` and `task_type`; each waits in memory, and every known writer puts the head first. */
const MOST_WAITING_IMAGES = 100_000;
/** Parsed, they take several times their text. */
const MOST_WAITING_BYTES = 32 * 2 ** 20;
/** Members that are looked at; a file may hold others of any size, which are read and dropped. */
const KEPT: ReadonlySet<string> = new Set([
  ...['format_version', 'dataset_id', 'dataset_name', 'task_type', 'created_at', 'last_modified_at', 'version', 'content_hash'],
  ...['classes', 'images', 'multi_label', 'split_config'],
]);
const HASH = /^sha256:[0-9a-f]{64}$/;

export interface LabelReaderOptions {
  readonly hasMasks: boolean;
  readonly limits?: StreamTopLevelLimits;
  /** `position`: of the element in `images[]`, from 0. */
  onImage(image: ImageLabels, position: number): void;
}

/** Reads a label file in one pass and hands over its images one by one. */
export class LabelReader {
  readonly classes: ClassTable;
  readonly head = new Map<string, unknown>();
  taskType: TaskType | undefined;
  private waiting: { index: number; raw: unknown }[] = [];
  private waitingBytes = 0;
  private tooManyWait = false;
  private readonly ids = new Set<number>();
  private severalLabels: string[] = [];

  constructor(
    private readonly findings: FindingCollector,
    private readonly options: LabelReaderOptions,
  ) {
    this.classes = new ClassTable(findings);
  }

  get multiLabel(): boolean {
    return this.head.get('multi_label') === true;
  }

  async read(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const item of streamTopLevel(chunks, this.options.limits)) this.take(item);
    this.flush();
    this.checkHead();
    if (!this.multiLabel) for (const pointer of this.severalLabels) this.findings.error('several-labels', 'An image has several labels and the file does not say multi_label.', { pointer });
  }

  private take(item: TopLevelItem): void {
    if (!('element' in item)) {
      if (KEPT.has(item.key)) this.head.set(item.key, item.value);
      if (item.key === 'task_type') this.taskType = taskTypeOf(item.value, this.options.hasMasks);
      return;
    }
    this.head.set(item.key, []);
    if (item.key === 'classes') return this.classes.add(item.element, item.index);
    if (this.taskType !== undefined && this.head.has('classes')) {
      this.flush();
      this.image(item.element, item.index);
    } else this.wait(item);
  }

  private wait(item: TopLevelElement): void {
    if (this.tooManyWait) return;
    this.waitingBytes += item.sizeBytes;
    this.waiting.push({ index: item.index, raw: item.element });
    if (this.waiting.length > MOST_WAITING_IMAGES || this.waitingBytes > MOST_WAITING_BYTES) {
      this.tooManyWait = true;
      this.waiting = [];
      this.findings.error('member-order', 'The members task_type and classes stand before images in a file of this size.', { pointer: '/images' });
    }
  }

  private flush(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const { index, raw } of waiting) this.image(raw, index);
  }

  private image(raw: unknown, index: number): void {
    if (this.taskType === undefined) return;
    const pointer = `/images/${index}`;
    const image = readImageLabels(raw, { taskType: this.taskType, classes: this.classes, findings: this.findings, pointer });
    if (image === undefined) return;
    if (this.ids.has(image.id)) this.findings.error('duplicate-id', `The image id ${image.id} appears twice.`, { pointer: `${pointer}/id` });
    this.ids.add(image.id);
    if (this.taskType === 'image_classification' && image.annotations.length > 1 && this.severalLabels.length < 1000) this.severalLabels.push(pointer);
    this.options.onImage(image, index);
  }

  private checkHead(): void {
    const rules: readonly [field: string, holds: (value: unknown) => boolean, sentence: string][] = [
      ['format_version', (value) => value === '1.0' || value === '1.1', 'The format_version is "1.0" or "1.1".'],
      ['dataset_id', isText, 'The dataset_id is a text.'],
      ['dataset_name', isText, 'The dataset_name is a text that is not empty.'],
      ['task_type', () => this.taskType !== undefined, 'The task_type is one of the five tasks.'],
      ['created_at', isTimestamp, 'The created_at is an ISO 8601 time.'],
      ['last_modified_at', isTimestamp, 'The last_modified_at is an ISO 8601 time.'],
      ['version', (value) => isInteger(value, 1) || isText(value), 'The version is an integer from 1.'],
      ['content_hash', (value) => typeof value === 'string' && HASH.test(value), 'The content_hash is sha256: and 64 hexadecimal digits.'],
      ['classes', Array.isArray, 'The classes are an array.'],
      ['images', Array.isArray, 'The images are an array.'],
    ];
    for (const [field, holds, sentence] of rules) {
      if (!this.head.has(field)) this.findings.error('missing-field', `The label file has no ${field}.`, { pointer: `/${field}` });
      else if (!holds(this.head.get(field))) this.findings.error('invalid-field', sentence, { pointer: `/${field}` });
    }
  }
}

function isTimestamp(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value));
}
