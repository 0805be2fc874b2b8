import { problem, readJson, send, type Call, type Route } from './fake-answers.js';
import { ADMIN, fakeEpoch, type Json } from './fake-data.js';

const iso = (secondsAgo: number): string => new Date(Date.now() - secondsAgo * 1000).toISOString();
const modelId = (index: number): string => `0e0f0000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const PREPROCESSING = { layout: 'NCHW', colour: 'RGB', fit: 'contain, black', scale: 1 / 255, mean: 0.5, deviation: 0.25 };
/** How long the store takes, and how long loading: so that both can be seen. */
const STORE_MILLISECONDS = 300;
const EXAMINED_MILLISECONDS = 900;

/** Models of a dataset, one from elsewhere after the other, runs and evaluations. A name with "bad" is refused once its file is there. Development only. */
export class FakeModels {
  private readonly models = new Map<string, readonly Json[]>();
  private readonly uploads = new Map<string, Json>();

  constructor(private readonly find: (id: string) => Json | undefined) {}

  readonly routes: readonly Route[] = [
    ['GET', /^datasets\/([^/]+)\/models$/, ({ response }, id) => send(response, 200, { items: this.of(id), next_cursor: null })],
    ['POST', /^datasets\/([^/]+)\/models\/uploads$/, (call) => this.begin(call)],
    ['POST', /^datasets\/([^/]+)\/models\/uploads\/[^/]+\/complete$/, (call, id) => this.complete(call, id)],
    ['PUT', /^fake\/model-files\/([^/]+)$/, (call) => this.put(call)],
    ['GET', /^datasets\/([^/]+)\/model-runs$/, ({ response }, id) => send(response, 200, { items: this.of(id).length === 0 ? [] : RUNS, next_cursor: null })],
    ['GET', /^datasets\/([^/]+)\/evaluations$/, ({ response }, id) => send(response, 200, { items: this.of(id).length === 0 ? [] : EVALUATIONS, next_cursor: null })],
  ];

  /** Those of one dataset are there from the beginning. */
  private of(datasetId: string): readonly Json[] {
    const initial = datasetId.startsWith('platform-digits-') ? [modelOf(this.find(datasetId), 2, 'candidate'), modelOf(this.find(datasetId), 1, 'production')] : [];
    return this.models.get(datasetId) ?? initial;
  }

  private async begin({ request, response }: Call): Promise<void> {
    const body = await readJson(request);
    const id = modelId(this.uploads.size + 50);
    this.uploads.set(id, body);
    send(response, 201, { id, put: { url: `/api/v1/fake/model-files/${id}`, headers: { 'content-type': 'application/octet-stream' }, expires_at: iso(-3_600) } });
  }

  private async put({ request, response }: Call): Promise<void> {
    for await (const _ of request);
    await new Promise((resolve) => setTimeout(resolve, STORE_MILLISECONDS));
    response.writeHead(200).end();
  }

  private async complete({ path, response }: Call, datasetId: string): Promise<void> {
    const id = path.split('/').at(-2) ?? '';
    const upload = this.uploads.get(id);
    await new Promise((resolve) => setTimeout(resolve, EXAMINED_MILLISECONDS));
    if (upload === undefined) return problem(response, 404, 'not-found');
    if (String(upload['name']).includes('bad')) return problem(response, 422, 'validation-failed', FINDINGS);
    const model = { ...modelOf(this.find(datasetId), 50, 'candidate'), ...ELSEWHERE, id, name: upload['name'], notes: upload['notes'], adapter: upload['adapter'], size_bytes: upload['size_bytes'], sha256: upload['sha256'], created_at: iso(0) };
    this.models.set(datasetId, [model, ...this.of(datasetId)]);
    return send(response, 200, model);
  }
}

const FINDINGS: readonly Json[] = [
  { code: 'wrong-output', message: 'The output "probabilities" has 7 values for an image; 6 classes are declared.' },
  { code: 'unknown-class', pointer: '/adapter/classes/1/id', message: 'The dataset has no class 1.' },
];

const ELSEWHERE = { source: 'upload', job_id: null, snapshot_version: null, snapshot_hash: null, architecture: null, hyperparameters: null, seed: null, code_version: null, best_epoch: null, metrics: null };

function modelOf(dataset: Json | undefined, index: number, stage: string): Json {
  const classes = Array.isArray(dataset?.['classes']) ? dataset['classes'].map(({ id, name }: { id: number; name: string }) => ({ id, name })) : [];
  return {
    ...{ id: modelId(index), dataset_id: dataset?.['id'], name: `cnn-small · ${index}`, source: 'training', task_type: dataset?.['task_type'], stage, notes: index === 1 ? '밤에 찍은 사진도 잘 맞힘' : '' },
    ...{ job_id: '0d0f0000-0000-4000-8000-000000000002', snapshot_version: index, snapshot_hash: '9f2c4be1'.repeat(8), architecture: 'cnn-small', hyperparameters: { epochs: 12, seed: 1 }, seed: 1, code_version: '1.0.0' },
    ...{ init_from_model: null, best_epoch: 9 + index, metrics: fakeEpoch(9 + index, Math.max(2, classes.length)) },
    adapter: { output_format: 'classification/1', task_type: dataset?.['task_type'], multi_label: false, classes, input_size: [64, 64], preprocessing: PREPROCESSING },
    ...{ size_bytes: 642_000, sha256: 'ab12cd34'.repeat(8), created_by: ADMIN.id, created_at: iso(86_400 * (3 - index)), updated_at: iso(3_600) },
  };
}

const runOf = (index: number, part: Json): Json => ({
  ...{ id: `0f0f0000-0000-4000-8000-${String(index).padStart(12, '0')}`, kind: 'prelabel', model_id: modelId(index), model_name: `cnn-small · ${index}`, state: 'done', progress: 1, images: 1_800, failed_images: 0, suggestions: 1_744, dropped: 0, rejected_before: 0, accepted_images: 0 },
  ...{ snapshot_version: null, side: null, metrics: null, failure: null, min_score: 0.3, filter: null, created_by: ADMIN.id, created_at: iso(7_200 * index), finished_at: iso(7_000 * index) },
  ...part,
});

const RUNS: readonly Json[] = [
  runOf(3, { state: 'running', progress: 0.42, suggestions: 0 }),
  runOf(1, { accepted_images: 1_208, rejected_before: 12 }),
  runOf(2, { state: 'failed', suggestions: 0, failure: { code: 'worker-lost', detail: 'The worker was not heard of any more.', log_tail: [] } }),
];
const EVALUATIONS: readonly Json[] = [1, 2].map((index) => runOf(10 + index, { kind: 'evaluation', model_name: `cnn-small · ${index}`, suggestions: 0, snapshot_version: 1, side: 'val', images: 360, metrics: fakeEpoch(8 + index, 10) }));
