import type { IncomingMessage, ServerResponse } from 'node:http';
import { problem, readJson, send, sendOr404, type Call, type Route } from './fake-answers.js';
import { FakeClasses } from './fake-classes.js';
import { ADMIN, demoDataset, FAKE_MODELS, fakeDatasets, fakeFindings, fakeKeys, fakeUsers, type Json } from './fake-data.js';
import { FakeCost } from './fake-cost.js';
import { FakeImages } from './fake-images.js';
import { FakeJobs } from './fake-jobs.js';
import { FakeModels } from './fake-models.js';
import { FAKE_QUEUE, FAKE_WORKERS } from './fake-workers.js';
import { FakeVersions } from './fake-versions.js';

export interface FakeApiOptions {
  /** How fast trainings run. */
  readonly epochMilliseconds?: number;
  /** Starts without datasets and jobs. */
  readonly empty?: boolean;
  readonly mustChangePassword?: boolean;
}

const PREFIX = '/api/v1/';
const COOKIE = 'vision-refresh=fake';
export const FAKE_PASSWORD = 'correct horse battery';

/** The API from memory, for work on the pages without a backend and for their browser tests. Development only: it checks next to nothing. */
export class FakeApi {
  private datasets: Json[];
  private trash: Json[] = [];
  private users = fakeUsers();
  private keys = fakeKeys();
  private readonly jobs: FakeJobs;
  private readonly uploads = new Map<string, Json>();
  private user: Json;

  constructor(private readonly options: FakeApiOptions = {}) {
    this.datasets = options.empty === true ? [] : fakeDatasets();
    this.jobs = new FakeJobs(options.epochMilliseconds ?? 2_500);
    this.user = { ...ADMIN, must_change_password: options.mustChangePassword ?? false };
  }

  /** False when the request is none of the API. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const url = new URL(request.url ?? '/', 'http://fake');
    if (!url.pathname.startsWith(PREFIX)) return false;
    const call: Call = { method: request.method ?? 'GET', path: url.pathname.slice(PREFIX.length), query: url.searchParams, request, response };
    for (const [method, pattern, answer] of this.routes) {
      const found = call.method === method ? pattern.exec(call.path) : null;
      if (found === null) continue;
      const isPublic = call.path === 'auth/login' || call.path === 'auth/refresh' || call.path.startsWith('fake/');
      if (!isPublic && request.headers.authorization === undefined) problem(response, 401, 'unauthenticated');
      else void answer(call, decodeURIComponent(found[1] ?? ''));
      return true;
    }
    problem(response, 404, 'not-found');
    return true;
  }

  private readonly routes: readonly Route[] = [
    ['POST', /^auth\/login$/, (call) => this.logIn(call)],
    ['POST', /^auth\/refresh$/, ({ request, response }) => (request.headers.cookie?.includes(COOKIE) === true ? this.answerSession(response) : problem(response, 401, 'unauthenticated'))],
    [
      'POST',
      /^auth\/logout$/,
      ({ response }) => {
        response.setHeader('set-cookie', 'vision-refresh=; Path=/; Max-Age=0');
        response.writeHead(204).end();
      },
    ],
    ['POST', /^me\/password$/, (call) => this.changePassword(call)],
    ['GET', /^datasets$/, ({ query, response }) => send(response, 200, this.page(this.found(query), query))],
    ['POST', /^datasets\/upload$/, (call) => this.upload(call)],
    ['POST', /^datasets\/demo$/, ({ response }) => send(response, 201, this.add(demoDataset()))],
    ['GET', /^datasets\/([^/]+)$/, ({ response }, id) => sendOr404(response, this.datasets.find((one) => one['id'] === id))],
    ['GET', /^datasets\/([^/]+)\/download$/, ({ response }) => send(response, 200, { url: '/favicon.svg', expires_at: new Date().toISOString() })],
    [
      'DELETE',
      /^datasets\/([^/]+)$/,
      ({ response }, id) => {
        this.delete(id);
        response.writeHead(204).end();
      },
    ],
    ['PATCH', /^datasets\/([^/]+)$/, (call, id) => this.changeDataset(call, id)],
    ['POST', /^datasets\/([^/]+)\/restore$/, ({ response }, id) => sendOr404(response, this.restore(id))],
    ['GET', /^uploads\/([^/]+)$/, ({ response }, id) => sendOr404(response, this.uploads.get(id))],
    ['GET', /^training\/models$/, ({ response }) => send(response, 200, { items: FAKE_MODELS })],
    ['POST', /^training\/start$/, (call) => this.start(call)],
    ['GET', /^training\/jobs$/, ({ query, response }) => send(response, 200, this.page(this.options.empty === true ? [] : query.get('state') === 'queued' ? FAKE_QUEUE : this.jobs.list(query.get('dataset_id'), query.get('state')), query))],
    ['GET', /^training\/workers$/, ({ response }) => send(response, 200, { items: this.options.empty === true ? [] : FAKE_WORKERS })],
    ['GET', /^training\/jobs\/([^/]+)$/, ({ response }, id) => sendOr404(response, this.jobs.details(id))],
    ['GET', /^training\/jobs\/([^/]+)\/checkpoints$/, ({ response }, id) => send(response, 200, { items: this.jobs.checkpoints(id) })],
    ['GET', /^training\/jobs\/([^/]+)\/logs$/, ({ response, query }, id) => send(response, 200, { items: this.jobs.logs(id, Number(query.get('after') ?? 0)) })],
    ['GET', /^training\/jobs\/([^/]+)\/events$/, (call, id) => this.stream(call, id)],
    ['POST', /^training\/jobs\/([^/]+)\/cancel$/, ({ response }, id) => sendOr404(response, this.jobs.cancel(id))],
    ['POST', /^training\/jobs\/([^/]+)\/retry$/, ({ response }) => send(response, 202, this.jobs.start(this.datasets[0] ?? demoDataset(), 12))],
    ['GET', /^api-keys$/, ({ response }) => send(response, 200, { items: this.keys, next_cursor: null })],
    ['POST', /^api-keys$/, (call) => this.makeKey(call)],
    [
      'DELETE',
      /^api-keys\/([^/]+)$/,
      ({ response }, id) => {
        this.keys = this.keys.filter((one) => one['id'] !== id);
        response.writeHead(204).end();
      },
    ],
    ['GET', /^users$/, ({ response }) => send(response, 200, { items: this.users, next_cursor: null })],
    ['POST', /^users$/, (call) => this.makeUser(call)],
    ['PATCH', /^users\/([^/]+)$/, (call, id) => this.changeUser(call, id)],
    ...[FakeImages, FakeVersions, FakeClasses, FakeCost, FakeModels].flatMap((Part) => new Part((id) => this.datasets.find((one) => one['id'] === id)).routes),
    ['POST', /^users\/([^/]+)\/reset-password$/, ({ response }) => send(response, 200, { one_time_password: 'otter-plum-river-59' })],
  ];

  private async logIn({ request, response }: Call): Promise<void> {
    const body = await readJson(request);
    if (body['email'] !== ADMIN.email || body['password'] !== FAKE_PASSWORD) return problem(response, 401, 'unauthenticated');
    return this.answerSession(response);
  }

  private answerSession(response: ServerResponse): void {
    response.setHeader('set-cookie', `${COOKIE}; Path=/; HttpOnly; SameSite=Strict`);
    send(response, 200, { access_token: 'fake-token', token_type: 'Bearer', expires_in: 900, user: this.user });
  }

  private async changePassword({ request, response }: Call): Promise<void> {
    const body = await readJson(request);
    if (body['current_password'] !== FAKE_PASSWORD) return problem(response, 422, 'validation-failed', [{ code: 'wrong-password', pointer: '/current_password', message: 'The current password is wrong.' }]);
    this.user = { ...this.user, must_change_password: false };
    return this.answerSession(response);
  }

  private found(query: URLSearchParams): Json[] {
    const [text, task] = [query.get('q')?.toLowerCase() ?? '', query.get('task_type')];
    const found = (query.get('trashed') === 'true' ? this.trash : this.datasets).filter((one) => String(one['name']).toLowerCase().includes(text) && (task === null || one['task_type'] === task));
    return query.get('sort') === 'name' ? [...found].sort((a, b) => String(a['name']).localeCompare(String(b['name']))) : found;
  }

  private page(all: Json[], query: URLSearchParams): Json {
    const from = Number(query.get('cursor') ?? 0);
    const to = from + Number(query.get('limit') ?? 50);
    return { items: all.slice(from, to), next_cursor: to < all.length ? String(to) : null };
  }

  /** A name with "bad" is refused with many findings; everything else becomes a dataset, after some checking. */
  private async upload({ request, response }: Call): Promise<void> {
    const id = String(request.headers['upload-id']);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (chunks.length === 0) chunks.push(chunk.subarray(0, 4_096));
    }
    const name = /filename="([^"]*)"/.exec(Buffer.concat(chunks).toString('utf8'))?.[1] ?? 'dataset.zip';
    for (let checked = 0; checked <= 600; checked += 200) {
      this.uploads.set(id, { id, state: 'validating', received_bytes: bytes, total_bytes: bytes, checked_entries: checked, total_entries: 600, rate_bytes_per_second: null, seconds_left: null, dataset_id: null, code: null, errors: null });
      await new Promise((resolve) => setTimeout(resolve, 350));
    }
    if (name.includes('bad')) return problem(response, 422, 'validation-failed', fakeFindings());
    return send(response, 201, this.add({ ...demoDataset(), id: `platform-upload-${id.slice(0, 8)}`, name: name.replace(/\.zip$/, '') }));
  }

  private add(dataset: Json): Json {
    this.datasets = [dataset, ...this.datasets.filter((one) => one['id'] !== dataset['id'])];
    return dataset;
  }

  private delete(id: string): void {
    const deleted = this.datasets.filter((one) => one['id'] === id).map((one) => ({ ...one, deleted_at: new Date().toISOString() }));
    this.datasets = this.datasets.filter((one) => one['id'] !== id);
    this.trash = [...deleted, ...this.trash];
  }

  private restore(id: string): Json | undefined {
    const dataset = this.trash.find((one) => one['id'] === id);
    this.trash = this.trash.filter((one) => one['id'] !== id);
    return dataset === undefined ? undefined : this.add({ ...dataset, deleted_at: null });
  }

  private async changeDataset({ request, response }: Call, id: string): Promise<void> {
    const body = await readJson(request);
    this.datasets = this.datasets.map((one) => (one['id'] === id ? { ...one, ...body } : one));
    sendOr404(response, this.datasets.find((one) => one['id'] === id));
  }

  private async start({ request, response }: Call): Promise<void> {
    const body = await readJson(request);
    const dataset = this.datasets.find((one) => one['id'] === body['dataset_id']);
    if (dataset === undefined) return problem(response, 404, 'not-found');
    if (dataset['multi_label'] === true) {
      return problem(response, 422, 'validation-failed', [
        { code: 'no-validation-image', pointer: '/dataset_id', message: 'No image is left for validation.' },
        { code: 'out-of-range', pointer: '/hyperparameters/batch_size', message: 'Larger than the dataset allows.' },
      ]);
    }
    const given = body['hyperparameters'];
    const epochs = typeof given === 'object' && given !== null && 'epochs' in given ? Number(given.epochs) : 20;
    return send(response, 202, this.jobs.start(dataset, epochs));
  }

  private async stream({ request, response }: Call, id: string): Promise<void> {
    let position = Number(request.headers['last-event-id'] ?? 0);
    if (this.jobs.eventsAfter(id, position) === null) return problem(response, 404, 'not-found');
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    response.write('retry: 500\n\n');
    let open = true;
    request.once('close', () => (open = false));
    while (open) {
      const { events, more } = this.jobs.eventsAfter(id, position) ?? { events: [], more: false };
      for (const one of events) response.write(`id: ${one.id}\nevent: ${one.event}\ndata: ${JSON.stringify(one.data)}\n\n`);
      position = events.at(-1)?.id ?? position;
      if (!more) break;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    response.end();
  }

  private async makeKey({ request, response }: Call): Promise<void> {
    const body = await readJson(request);
    const key = { id: `0c0f0000-0000-4000-8000-${String(this.keys.length + 10).padStart(12, '0')}`, hint: 'vk_9d41', created_at: new Date().toISOString(), last_used_at: null, expires_at: null, ...body };
    this.keys = [key, ...this.keys];
    send(response, 201, { ...key, key: 'vk_9d41f0c7a2b84e6f9b1d3c5e7f90a1b2c3d4e5f6' });
  }

  private async makeUser({ request, response }: Call): Promise<void> {
    const body = await readJson(request);
    if (this.users.some((one) => one['email'] === body['email'])) return problem(response, 409, 'already-exists');
    const user = { ...ADMIN, must_change_password: true, created_at: new Date().toISOString(), ...body, id: `0b0f0000-0000-4000-8000-${String(this.users.length + 10).padStart(12, '0')}` };
    this.users = [...this.users, user];
    return send(response, 201, { user, one_time_password: 'maple-stone-cloud-27' });
  }

  private async changeUser({ request, response }: Call, id: string): Promise<void> {
    const body = await readJson(request);
    this.users = this.users.map((one) => (one['id'] === id ? { ...one, ...body } : one));
    sendOr404(response, this.users.find((one) => one['id'] === id));
  }
}
