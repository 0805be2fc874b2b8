import { problem, readJson, send, sendOr404, type Call, type Route } from './fake-answers.js';
import { ADMIN, type Json } from './fake-data.js';

type FindDataset = (id: string) => Json | undefined;

const SPLITS = ['train', 'train', 'train', 'val'] as const;
const PEOPLE = [ADMIN.id, '0b0f0000-0000-4000-8000-000000000002'] as const;
const [WIDTH, HEIGHT] = [640, 480];

/** Images by their number alone, as many as the dataset says: nothing is kept but what was changed. Development only. */
export class FakeImages {
  private readonly changed = new Map<string, Json>();
  private readonly removed = new Set<string>();

  constructor(private readonly find: FindDataset) {}

  readonly routes: readonly Route[] = [
    ['GET', /^datasets\/([^/]+)\/images$/, (call, id) => this.list(call, id)],
    ['POST', /^datasets\/([^/]+)\/images\/bulk$/, (call, id) => this.change(call, id)],
    ['GET', /^datasets\/([^/]+)\/annotations\/\d+$/, (call, id) => this.labels(call, id)],
    ['PATCH', /^datasets\/([^/]+)\/annotations\/\d+$/, (call, id) => this.setStatus(call, id)],
    ['GET', /^datasets\/([^/]+)\/images\/\d+$/, ({ path, response }, id) => sendOr404(response, this.one(id, numberOf(path)))],
    ['GET', /^datasets\/([^/]+)\/images\/\d+$/, ({ path, response }, id) => sendOr404(response, this.one(id, numberOf(path)))],
    ['GET', /^datasets\/([^/]+)\/imports$/, ({ response }, id) => send(response, 200, { items: this.find(id)?.['task_type'] === 'semantic_segmentation' ? [UNPACKING] : [] })],
    ['GET', /^maintenance\/store$/, ({ response }) => send(response, 200, EXAMINATION)],
    ['GET', /^fake\/thumbnails\/(\d+)$/, ({ response }, number) => void response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(picture(Number(number)))],
  ];

  private list({ query, response }: Call, id: string): void {
    const dataset = this.find(id);
    if (dataset === undefined) return problem(response, 404, 'not-found');
    const limit = Number(query.get('limit') ?? 50);
    const last = Number(dataset['num_images']);
    const before = query.get('before');
    const [start, step] = before === null ? [Number(query.get('cursor') ?? query.get('after') ?? 0) + 1, 1] : [Math.min(Number(before) - 1, last), -1];
    const items: Json[] = [];
    let number = start;
    for (; isWithin(number, last) && items.length < limit; number += step) items.push(...this.matching(dataset, number, query));
    const isFiltered = FILTERS.some((name) => query.has(name));
    return send(response, 200, { items, next_cursor: items.length === limit && isWithin(number, last) ? String(number - step) : null, total: isFiltered ? null : last });
  }

  private one(id: string, number: number): Json | null {
    const dataset = this.find(id);
    return dataset === undefined || number > Number(dataset['num_images']) ? null : this.image(dataset, number);
  }

  private matching(dataset: Json, number: number, query: URLSearchParams): Json[] {
    const image = this.image(dataset, number);
    return image !== null && matches(image, query) ? [image] : [];
  }

  private async change({ request, response }: Call, id: string): Promise<void> {
    const body = await readJson(request);
    const ids = Array.isArray(body['ids']) ? body['ids'].map(Number) : [];
    let changed = 0;
    for (const number of ids) changed += this.changeOne(id, number, body) ? 1 : 0;
    return send(response, 200, { changed });
  }

  private changeOne(id: string, number: number, body: Json): boolean {
    const key = `${id} ${number}`;
    if (body['action'] === 'restore') return this.removed.delete(key);
    const was = this.removed.size;
    if (body['action'] === 'delete') return this.removed.add(key).size > was;
    const dataset = this.find(id);
    const before = dataset === undefined ? null : this.image(dataset, number);
    this.changed.set(key, { ...this.changed.get(key), split: body['split'] });
    return before?.['split'] !== body['split'];
  }

  private labels({ path, response }: Call, id: string): void {
    const [dataset, number] = [this.find(id), numberOf(path)];
    const image = dataset === undefined ? null : this.image(dataset, number);
    if (dataset === undefined || image === null) return problem(response, 404, 'not-found');
    const count = Number(image['object_count']);
    const outlined = dataset['task_type'] === 'instance_segmentation';
    const annotations = Array.from({ length: count }, (_, index) => objectOf(number, index, { outlined, classId: (number + index) % Number(dataset['num_classes']) }));
    return send(response, 200, { dataset_id: id, image_id: number, revision: image['revision'], width: WIDTH, height: HEIGHT, status: image['status'], no_object: false, annotations, labeled_by: null, labeled_at: null, reviewed_by: null, reviewed_at: null });
  }

  private async setStatus({ path, request, response }: Call, id: string): Promise<void> {
    const body = await readJson(request);
    const key = `${id} ${numberOf(path)}`;
    const before = this.changed.get(key);
    this.changed.set(key, { ...before, status: body['status'], revision: 3 });
    return send(response, 200, {});
  }

  private image(dataset: Json, number: number): Json | null {
    const id = String(dataset['id']);
    if (this.removed.has(`${id} ${number}`)) return null;
    const url = `/api/v1/fake/thumbnails/${number}`;
    return {
      id: number,
      file_name: `images/${String(number).padStart(6, '0')}.jpg`,
      original_name: null,
      width: WIDTH,
      height: HEIGHT,
      split: SPLITS[number % 4],
      state: number % 5_000 === 7 ? 'broken' : 'ready',
      assignee: null,
      size_bytes: 90_000,
      sha256: 'ab'.repeat(32),
      labeled_at: null,
      added_at: dataset['created_at'],
      url,
      preview_url: url,
      thumbnail_url: url,
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      ...(number <= Number(dataset['num_labeled']) ? labeled(dataset, number) : UNLABELED),
      ...this.changed.get(`${id} ${number}`),
    };
  }
}

const UNPACKING: Json = { id: '0a0f0000-0000-4000-8000-000000000001', kind: 'unpack-zip', state: 'running', done: 214, total: 642, refused: 2, rate_per_second: 47.2, seconds_left: 9, code: null, message: null, created_at: ADMIN.created_at, updated_at: ADMIN.created_at };
const EXAMINATION: Json = {
  state: 'done',
  fit: true,
  finished_at: new Date(Date.now() - 300_000).toISOString(),
  checks: [
    { id: 'multipart-copy', means: 'Parts of objects are copied inside the store.', severity: 'must', ok: true, detail: 'Two parts of 5 MiB were copied and read back.', advice: null },
    { id: 'cors', means: 'The bucket lets this page read images.', severity: 'should', ok: false, detail: 'The rule does not name http://127.0.0.1:3000.', advice: 'Set STORAGE_CORS=set, or add the origin to the rule of the bucket.' },
  ],
};

const FILTERS = ['split', 'status', 'class_id', 'labeled_by', 'state', 'q'];
const UNLABELED: Json = { status: 'unlabeled', revision: 1, no_object: false, object_count: 0, class_ids: [], labeled_by: null };

function labeled(dataset: Json, number: number): Json {
  const isWhole = dataset['task_type'] === 'image_classification' || dataset['task_type'] === 'semantic_segmentation';
  const isEmpty = !isWhole && number % 11 === 5;
  const objects = isWhole ? 1 : 1 + (number % 5);
  return { status: number % 9 === 0 ? 'reviewed' : 'labeled', revision: 2, no_object: isEmpty, object_count: isEmpty ? 0 : objects, class_ids: isEmpty ? [] : [number % Number(dataset['num_classes'])], labeled_by: PEOPLE[number % 2] };
}

const isWithin = (number: number, last: number): boolean => number >= 1 && number <= last;
const numberOf = (path: string): number => Number(path.split('/').at(-1));

function matches(image: Json, query: URLSearchParams): boolean {
  const classId = query.get('class_id');
  const classes = image['class_ids'];
  const split = query.get('split');
  if (split !== null && image['split'] !== (split === 'unassigned' ? null : split)) return false;
  if (classId !== null && !(Array.isArray(classes) && classes.includes(Number(classId)))) return false;
  if (!String(image['file_name']).includes(query.get('q') ?? '')) return false;
  return ['status', 'state', 'labeled_by'].every((name) => !query.has(name) || image[name] === query.get(name));
}

function objectOf(number: number, index: number, { outlined, classId }: { readonly outlined: boolean; readonly classId: number }): Json {
  const [x, y] = [40 + ((number * 37 + index * 131) % 420), 40 + ((number * 53 + index * 89) % 280)];
  const [width, height] = [60 + ((number + index * 7) % 90), 50 + ((number * 3 + index * 11) % 80)];
  const segmentation = [[x, y + height / 2, x + width / 2, y, x + width, y + height / 2, x + width / 2, y + height]];
  return { id: `0e0f0000-0000-4000-8000-${String(number * 100 + index).padStart(12, '0')}`, number: index + 1, class_id: classId, source: index % 4 === 3 ? 'model' : 'manual', bbox: [x, y, width, height], ...(outlined ? { segmentation } : {}) };
}

/** Some hills under some sky, other ones for each number. */
function picture(number: number): string {
  const hue = (number * 47) % 360;
  const hill = (from: number, lightness: number): string => `<path d="M0 ${from}Q160 ${from - 90 - (number % 60)} 320 ${from}T640 ${from - 20}V480H0z" fill="hsl(${(hue + 120) % 360} 32% ${lightness}%)"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480" width="256" height="192"><rect width="640" height="480" fill="hsl(${hue} 45% 74%)"/><circle cx="${80 + ((number * 71) % 480)}" cy="110" r="44" fill="hsl(${(hue + 40) % 360} 80% 86%)"/>${hill(320, 52)}${hill(390, 38)}</svg>`;
}
