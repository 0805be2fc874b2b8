import type { ServerResponse } from 'node:http';
import { problem, readJson, send, sendOr404, type Call, type Route } from './fake-answers.js';
import { ADMIN, type Json } from './fake-data.js';

type FindDataset = (id: string) => Json | undefined;

interface Made {
  readonly version: number;
  readonly note: string | null;
  readonly tag: string | null;
  readonly createdAt: number;
  /** When its zip was begun; null: not wanted, or stopped. */
  readonly zipSince: number | null;
}

const DAY = 86_400_000;
const ZIP_MILLISECONDS = 2_500;
const ZIP_BYTES = 48_000_000;
/** The trainings of the fake API, by the digits' second version. */
const JOBS: readonly Json[] = [
  { id: '0d0f0000-0000-4000-8000-000000000002', state: 'completed', has_model: true },
  { id: '0d0f0000-0000-4000-8000-000000000001', state: 'failed', has_model: false },
];

/** Versions by the clock, and made-up differences. Development only. */
export class FakeVersions {
  private readonly made = new Map<string, readonly Made[]>();

  constructor(private readonly find: FindDataset) {}

  readonly routes: readonly Route[] = [
    ['GET', /^datasets\/([^/]+)\/snapshots$/, ({ response }, id) => send(response, 200, { items: this.of(id).map((one) => this.view(id, one)), next_cursor: null })],
    ['POST', /^datasets\/([^/]+)\/snapshots$/, (call, id) => this.make(call, id)],
    ['GET', /^datasets\/([^/]+)\/snapshots\/diff$/, ({ query, response }) => this.totals(query, response)],
    ['GET', /^datasets\/([^/]+)\/snapshots\/diff\/images$/, ({ query, response }) => send(response, 200, { items: DIFFS.filter((one) => query.get('kind') === null || (Array.isArray(one['differences']) && one['differences'].includes(query.get('kind')))), next_cursor: null })],
    ['GET', /^datasets\/([^/]+)\/snapshots\/\d+$/, ({ path, response }, id) => this.one(id, versionOf(path), response)],
    ['PATCH', /^datasets\/([^/]+)\/snapshots\/\d+$/, (call, id) => this.change(call, id)],
    ['DELETE', /^datasets\/([^/]+)\/snapshots\/\d+$/, (call, id) => this.remove(call, id)],
    ['POST', /^datasets\/([^/]+)\/snapshots\/\d+\/cancel$/, ({ path, response }, id) => this.replace(id, versionOf(path), { zipSince: null }, response)],
    ['POST', /^datasets\/([^/]+)\/snapshots\/\d+\/restore$/, (call, id) => this.restore(call, id)],
    ['GET', /^fake\/zip$/, ({ response }) => void response.writeHead(200, { 'content-type': 'application/zip', 'content-disposition': 'attachment; filename="version.zip"' }).end('PK')],
    ['GET', /^datasets\/([^/]+)\/snapshots\/\d+\/download$/, (call, id) => this.download(call, id)],
  ];

  private of(id: string): readonly Made[] {
    const old = (version: number, days: number, note: string | null, tag: string | null): Made => ({ version, note, tag, createdAt: Date.now() - days * DAY, zipSince: version === 2 ? 0 : null });
    const isNew = this.find(id)?.['task_type'] === 'semantic_segmentation';
    const list = this.made.get(id) ?? (isNew ? [] : [old(3, 1, '검토를 마친 뒤, 고객에게 보내기 전', 'golden'), old(2, 6, null, null), old(1, 20, 'As it was uploaded', null)]);
    this.made.set(id, list);
    return list;
  }

  private one(id: string, version: number, response: ServerResponse): void {
    const made = this.of(id).find((one) => one.version === version);
    sendOr404(response, made === undefined ? undefined : this.view(id, made));
  }

  private view(id: string, { version, note, tag, createdAt, zipSince }: Made): Json {
    const dataset = this.find(id);
    const zip = zipOf(zipSince);
    const iso = new Date(createdAt).toISOString();
    const words = { note, tag, failure: null, requested_by: ADMIN.id, requested_by_name: ADMIN.display_name, created_at: iso, completed_at: iso, jobs: version === 2 ? JOBS : [] };
    return { id: `0f0f0000-0000-4000-8000-${String(version).padStart(12, '0')}`, dataset_id: id, version, state: 'ready', parent: version === 1 ? null : version - 1, content_hash: 'ab'.repeat(32), num_images: dataset?.['num_images'], num_labeled: dataset?.['num_labeled'], num_annotations: Number(dataset?.['num_labeled']) * 3, splits: null, class_counts: null, size_bytes: zip['state'] === 'ready' ? ZIP_BYTES : null, sha256: null, zip, ...words };
  }

  private async make({ request, response }: Call, id: string): Promise<void> {
    const body = await readJson(request);
    const list = this.of(id);
    const made: Made = { version: (list[0]?.version ?? 0) + 1, note: textOf(body['note']), tag: textOf(body['tag']), createdAt: Date.now(), zipSince: body['zip'] === true ? Date.now() : null };
    this.made.set(id, [made, ...list]);
    return send(response, 201, this.view(id, made));
  }

  private async change({ path, request, response }: Call, id: string): Promise<void> {
    const body = await readJson(request);
    const version = versionOf(path);
    const tag = textOf(body['tag']);
    if (tag !== null && this.of(id).some((one) => one.tag === tag && one.version !== version)) return problem(response, 409, 'already-exists');
    return this.replace(id, version, { note: textOf(body['note']), tag }, response);
  }

  private replace(id: string, version: number, part: Partial<Made>, response: ServerResponse): void {
    this.made.set(id, this.of(id).map((one) => (one.version === version ? { ...one, ...part } : one)));
    const found = this.of(id).find((one) => one.version === version);
    sendOr404(response, found === undefined ? null : this.view(id, found));
  }

  private remove({ path, query, response }: Call, id: string): void {
    const version = versionOf(path);
    if (query.get('keep_manifest') === 'true') return this.replace(id, version, { zipSince: null }, response);
    if (version === 2) return problem(response, 409, 'state-conflict');
    this.made.set(id, this.of(id).filter((one) => one.version !== version));
    response.writeHead(204).end();
    return undefined;
  }

  private restore({ path, response }: Call, id: string): void {
    const list = this.of(id);
    const undo: Made = { version: (list[0]?.version ?? 0) + 1, note: null, tag: null, createdAt: Date.now(), zipSince: null };
    this.made.set(id, [undo, ...list]);
    send(response, 200, { version: versionOf(path), images: { removed: 1, restored: 1, replaced: 0, moved: 1, relabelled: 2 }, classes_changed: false, position_before: 9, position: 14, undo: { version: undo.version } });
  }

  private async download({ path, response }: Call, id: string): Promise<void> {
    const version = versionOf(path);
    const found = this.of(id).find((one) => one.version === version);
    if (found === undefined) return problem(response, 404, 'not-found');
    if (found.zipSince === null) this.made.set(id, this.of(id).map((one) => (one === found ? { ...one, zipSince: Date.now() } : one)));
    const isReady = found.zipSince !== null && Date.now() - found.zipSince > ZIP_MILLISECONDS;
    if (isReady) return send(response, 200, { url: '/api/v1/fake/zip', expires_at: new Date().toISOString() });
    await new Promise((resolve) => setTimeout(resolve, 400));
    return send(response, 202, this.view(id, { ...found, zipSince: Date.now() }));
  }

  private totals(query: URLSearchParams, response: ServerResponse): void {
    const isSame = query.get('from') === query.get('to');
    const count = (value: number): number => (isSame ? 0 : value);
    send(response, 200, {
      images: { added: count(1), removed: count(1), changed: 0, relabelled: count(2), moved: count(1) },
      objects: { added: count(2), removed: count(1), moved: count(1), resized: 0, reshaped: 0, relabelled: count(1), attributes: 0 },
      class_deltas: isSame ? [] : [{ class_id: 0, images: 3, objects: 4 }, { class_id: 1, images: -2, objects: -2 }],
      classes: { added: [], removed: [], renamed: isSame ? [] : [{ class_id: 1, from: '보행자', to: '사람' }] },
    });
  }
}

function zipOf(since: number | null): Json {
  const none = { bytes_done: null, bytes_total: null, bytes_per_second: null, seconds_left: null, bytes_moved: null, bytes_copied: null };
  if (since === null) return { state: 'none', ...none };
  const done = Math.min(1, (Date.now() - since) / ZIP_MILLISECONDS);
  if (done === 1) return { state: 'ready', ...none, bytes_moved: 1_540_000, bytes_copied: 46_000_000 };
  return { state: 'building', ...none, bytes_done: Math.round(done * ZIP_BYTES), bytes_total: ZIP_BYTES, bytes_per_second: 19_200_000, seconds_left: (1 - done) * 2.5 };
}

const versionOf = (path: string): number => Number(/snapshots\/(\d+)/.exec(path)?.[1] ?? 0);
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const side = (number: number, part: Json = {}): Json => ({ file_name: `images/${String(number).padStart(6, '0')}.jpg`, sha256: 'ab'.repeat(32), width: 640, height: 480, split: 'train', status: 'labeled', no_object: false, num_objects: 2, ...part });
const box = (x: number, y: number, classId = 0): Json => ({ class_id: classId, bbox: [x, y, 150, 110] });
const DIFFS: readonly Json[] = [
  { image_id: 3, differences: ['relabelled'], before: side(3), after: side(3, { status: 'reviewed' }), objects: [{ differences: ['added'], before: null, after: box(60, 60) }, { differences: ['removed'], before: box(260, 200, 1), after: null }, { differences: ['moved'], before: box(400, 250), after: box(440, 300) }] },
  { image_id: 8, differences: ['relabelled', 'moved'], before: side(8), after: side(8, { split: 'val' }), objects: [{ differences: ['relabelled'], before: box(200, 150, 1), after: box(200, 150, 2) }] },
  { image_id: 12, differences: ['added'], before: null, after: side(12), objects: [{ differences: ['added'], before: null, after: box(90, 190) }] },
  { image_id: 999_999, differences: ['removed'], before: side(999_999), after: null, objects: [{ differences: ['removed'], before: box(90, 190), after: null }] },
];
