import { createHash } from 'node:crypto';
import { newId } from '@app/kernel';
import sharp from 'sharp';
import type { Answer } from '../e2e/api-client.js';
import { TrainingUnderTest, until } from './training-under-test.js';

const SIDE = 24;
const ENDED = new Set(['done', 'undone', 'failed', 'cancelled']);

/** How a model of bars is used. */
export const BAR_ADAPTER = {
  output_format: 'classification/1',
  task_type: 'image_classification',
  multi_label: false,
  classes: [
    { id: 0, name: 'standing' },
    { id: 1, name: 'lying' },
  ],
  input_size: [SIDE, SIDE],
  preprocessing: { layout: 'NCHW', colour: 'RGB', fit: 'contain, black', scale: 1 / 255, mean: 0.5, deviation: 0.25 },
};

export interface Run {
  readonly id: string;
  readonly state: string;
  readonly images: number | null;
  readonly progress: number;
  readonly suggestions: number;
  readonly dropped: number;
  readonly rejected_before: number;
  readonly accepted_images: number;
  readonly failed_images: number;
  readonly metrics: { readonly primary_value: number; readonly scores: Record<string, number>; readonly per_class: { readonly support: number }[] } | null;
  readonly failure: { readonly code: string; readonly detail: string } | null;
}

export interface Suggestion {
  readonly id: string;
  readonly score: number;
  readonly duplicate: boolean;
  readonly run_id: string;
  readonly model: { readonly id: string; readonly name: string };
  readonly object: Record<string, unknown>;
}

export interface ImageItem {
  readonly id: number;
  readonly status: string;
  readonly revision: number;
  readonly class_ids: readonly number[];
  readonly uncertainty?: number;
}

/** A picture of a bar, standing (class 0) or lying (class 1). */
export async function bar(number: number, isStanding: boolean): Promise<Buffer> {
  const pixels = Buffer.alloc(SIDE * SIDE, 20);
  const at = 3 + ((number * 7) % (SIDE - 8));
  for (let index = 0; index < SIDE * SIDE; index += 1) {
    const [x, y] = [index % SIDE, Math.floor(index / SIDE)];
    pixels[index] = (Math.abs((isStanding ? x : y) - at) < 2 ? 180 : 20) + ((index * 31 + number * 17) % 40);
  }
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } }).png().toBuffer();
}

/** Odd ids stand, even ones lie. */
export const classOf = (id: number): number => (id % 2 === 1 ? 0 : 1);

/** The product with a dataset of bars whose images lie in the store on their own: the first ones labeled, the others not. */
export class ModelsUnderTest {
  private constructor(
    readonly under: TrainingUnderTest,
    readonly dataset: string,
  ) {}

  static async start(images: { readonly labeled: number; readonly unlabeled: number }): Promise<ModelsUnderTest> {
    const under = await TrainingUnderTest.start();
    const made = await under.api.call<{ id: string }>('POST', 'datasets/create', { name: 'Bars', task_type: 'image_classification', classes: [{ name: 'standing' }, { name: 'lying' }] });
    const models = new ModelsUnderTest(under, made.body.id);
    const total = images.labeled + images.unlabeled;
    for (let from = 1; from <= total; from += 20) await models.addImages(Array.from({ length: Math.min(20, total - from + 1) }, (_, index) => from + index));
    for (let id = 1; id <= images.labeled; id += 1) await models.label(id, classOf(id));
    await under.startWorker();
    return models;
  }

  /** A model that was looked into elsewhere. */
  async register(file: Buffer): Promise<string> {
    const id = newId();
    const object = { key: `models/${id}/uploaded.onnx`, sizeBytes: file.length, sha256: createHash('sha256').update(file).digest('hex') };
    await this.under.writer.put(object.key, file);
    await this.under.pool.query(
      `insert into models (id, dataset_id, name, source, task_type, adapter, object, created_by) select $1, id, 'given', 'upload', task_type, $3, $4, created_by from datasets where id = $2`,
      [id, this.dataset, JSON.stringify(BAR_ADAPTER), JSON.stringify(object)],
    );
    return id;
  }

  call<T = Record<string, unknown>>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.under.api.call<T>(method, path, body, headers);
  }

  async label(id: number, classId: number): Promise<void> {
    const { status } = await this.call('PATCH', `datasets/${this.dataset}/annotations/${id}`, { annotation: { class_id: classId } }, { 'if-match': '"1"' });
    if (status !== 200) throw new Error(`image ${id} was not labeled: ${status}`);
  }

  /** Answers the id of the model. */
  async train(hyperparameters: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Promise<string> {
    const started = await this.call<{ id: string }>('POST', 'training/start', { dataset_id: this.dataset, hyperparameters: { epochs: 8, batch_size: 8, learning_rate: 0.01, augment: 'none', ...hyperparameters }, ...more });
    if (started.status !== 202) throw new Error(JSON.stringify(started.body));
    const job = await this.under.api.untilEnded(started.body.id);
    if (job.state !== 'completed') throw new Error(JSON.stringify(job.failure));
    const found = await this.call<{ items: { id: string; job_id: string }[] }>('GET', `datasets/${this.dataset}/models`);
    return found.body.items.find((one) => one.job_id === job.id)?.id ?? '';
  }

  async run(id: string): Promise<Run> {
    return (await this.call<Run>('GET', `datasets/${this.dataset}/model-runs/${id}`)).body;
  }

  async untilEnded(id: string): Promise<Run> {
    await until(async () => ENDED.has((await this.run(id)).state));
    return this.run(id);
  }

  async suggestions(id: number): Promise<readonly Suggestion[]> {
    return (await this.call<{ items: Suggestion[] }>('GET', `datasets/${this.dataset}/images/${id}/suggestions`)).body.items;
  }

  async images(query: string): Promise<readonly ImageItem[]> {
    return (await this.call<{ items: ImageItem[] }>('GET', `datasets/${this.dataset}/images?limit=200&${query}`)).body.items;
  }

  close(): Promise<void> {
    return this.under.close();
  }

  private async addImages(ids: readonly number[]): Promise<void> {
    const form = new FormData();
    for (const id of ids) form.append('file', new Blob([new Uint8Array(await bar(id, classOf(id) === 0))], { type: 'image/png' }), `bar-${id}.png`);
    const answer = await fetch(`${this.under.api.url}/api/v1/datasets/${this.dataset}/images`, { method: 'POST', headers: { authorization: `Bearer ${this.under.api.token}` }, body: form });
    if (answer.status !== 200) throw new Error(await answer.text());
  }
}
