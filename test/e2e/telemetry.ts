import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@app/local-services';
import pg from 'pg';
import type { ApiClient } from './api-client.js';
import type { Product } from './harness.js';

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}
interface Message {
  readonly resourceSpans: readonly { readonly resource: { readonly attributes: readonly Attribute[] }; readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

/** What a product tells of itself: traces in a file, metrics on two ports, logs in its data folder. */
export class Telemetry {
  readonly traceId = randomBytes(16).toString('hex');
  private readonly root = randomBytes(8).toString('hex');
  /** What a client sends along. */
  readonly headers = { traceparent: `00-${this.traceId}-${this.root}-01`, 'x-correlation-id': `e2e-${this.root}` };

  private constructor(
    private readonly folder: string,
    private readonly ports: Readonly<Record<'backend' | 'training', number>>,
  ) {}

  static async prepare(): Promise<Telemetry> {
    return new Telemetry(await mkdtemp(join(tmpdir(), 'vision-telemetry-')), { backend: await freePort(), training: await freePort() });
  }

  get environment(): Record<string, string> {
    return { TRACES_FILE: this.traces, METRICS_PORT: String(this.ports.backend), TRAINING_METRICS_PORT: String(this.ports.training), LOG_LEVEL: 'debug' };
  }

  get traces(): string {
    return join(this.folder, 'traces.jsonl');
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** `service span` of every span of the client's trace. */
  namesInTrace(): string[] {
    return this.spans().map(({ service, span }) => `${service} ${span.name}`);
  }

  /** Names of spans whose parent is neither the client's nor in the trace. */
  withoutParent(): string[] {
    const spans = this.spans();
    const known = new Set([this.root, ...spans.map(({ span }) => span.spanId)]);
    return spans.filter(({ span }) => !known.has(span.parentSpanId ?? '')).map(({ span }) => span.name);
  }

  async metrics(app: 'backend' | 'training'): Promise<Record<string, number>> {
    const text = await (await fetch(`http://127.0.0.1:${this.ports[app]}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
  }

  /** Lines of a log; each must be JSON, as in production. */
  linesOf(product: Product, name: string): Record<string, unknown>[] {
    const lines = readFileSync(join(product.dataDirectory, 'logs', `${name}.log`), 'utf8').split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  private spans(): { readonly service: string; readonly span: Span }[] {
    if (!existsSync(this.traces)) return [];
    const messages = readFileSync(this.traces, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Message);
    const all = messages.flatMap(({ resourceSpans }) => resourceSpans).flatMap(({ resource, scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ service: resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '', span }))));
    return all.filter(({ span }) => span.traceId === this.traceId);
  }
}

/** Columns that hold what logs and events hold. */
const TOLD = [
  'select event::text as text from outbox',
  'select data::text as text from training_job_events',
  'select row_to_json(training_jobs)::text as text from training_jobs',
  'select row_to_json(training_early_reports)::text as text from training_early_reports',
  'select row_to_json(dataset_changes)::text as text from dataset_changes',
];

/** Secrets of a running product and of a person, each used where it may leak: in requests that are taken, and in some that are refused. */
export class Planted {
  private constructor(
    private readonly product: Product,
    private readonly secrets: ReadonlyMap<string, string>,
  ) {}

  static async through(product: Product, api: ApiClient): Promise<Planted> {
    const kept = JSON.parse(await readFile(join(product.dataDirectory, 'secrets.json'), 'utf8')) as { jwt_secret: string; nats: Record<string, string>; store: Record<string, string> };
    const secrets = new Map<string, string>([['admin password', product.admin.password], ['access token', api.token.split('.')[2] ?? ''], ['jwt secret', kept.jwt_secret]]);
    for (const [user, password] of Object.entries(kept.nats)) secrets.set(`password of NATS user ${user}`, password);
    for (const name of ['secret_access_key', 'readonly_secret_access_key']) secrets.set(`store ${name}`, kept.store[name] ?? '');
    secrets.set('database password', new URL(product.database_url).password);
    secrets.set('wrong password', await refusedLogin(product));
    secrets.set('refresh token', await refreshed(product));
    secrets.set('API key', await usedKey(api));
    secrets.set('signature of an address', await signatureOf(api));
    return new Planted(product, secrets);
  }

  /** Those that could not be planted. */
  get missing(): string[] {
    return [...this.secrets].filter(([, value]) => value.length < 12).map(([name]) => name);
  }

  /** A text that holds one of them. */
  get sample(): string {
    return `x ${[...this.secrets.values()].at(-1) ?? ''} y`;
  }

  /** Names of secrets and where they were found. */
  foundIn(texts: readonly (readonly [string, string])[]): string[] {
    return [...this.secrets].flatMap(([name, secret]) => texts.filter(([, text]) => text.includes(secret)).map(([place]) => `${name} in ${place}`));
  }

  async places(seen: Telemetry): Promise<{ readonly texts: readonly (readonly [string, string])[]; readonly bytes: number }> {
    const logs = join(this.product.dataDirectory, 'logs');
    const texts: (readonly [string, string])[] = readdirSync(logs).map((name) => [name, readFileSync(join(logs, name), 'utf8')]);
    texts.push(['traces', await readFile(seen.traces, 'utf8')], ['terminal', this.product.output()], ['metrics', JSON.stringify(await seen.metrics('backend'))]);
    const client = new pg.Client({ connectionString: this.product.database_url });
    await client.connect();
    for (const sql of TOLD) texts.push([sql, (await client.query<{ text: string }>(sql)).rows.map(({ text }) => text).join('\n')]);
    await client.end();
    return { texts, bytes: texts.reduce((sum, [, text]) => sum + text.length, 0) };
  }
}

const json = { 'content-type': 'application/json' };

async function refusedLogin({ url, admin }: Product): Promise<string> {
  const password = `planted-${randomBytes(12).toString('hex')}`;
  await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers: json, body: JSON.stringify({ email: admin.email, password }) });
  // Where it has no place: a broken body, an address, another way to log in.
  await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers: json, body: `{"email":"x@y.z","password":"${password}"` });
  await fetch(`${url}/api/v1/datasets?access_token=${password}`, { headers: { authorization: `Basic ${Buffer.from(`a:${password}`).toString('base64')}` } });
  await fetch(`${url}/api/v1/datasets`, { headers: { authorization: `Bearer ${password}`, cookie: `token=${password}` } });
  return password;
}

async function refreshed({ url, admin }: Product): Promise<string> {
  const answer = await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers: json, body: JSON.stringify(admin) });
  const cookie = answer.headers.getSetCookie().find((one) => /refresh/i.test(one)) ?? '';
  const pair = cookie.split(';')[0] ?? '';
  for (const path of ['auth/refresh', 'auth/refresh']) await fetch(`${url}/api/v1/${path}`, { method: 'POST', headers: { ...json, cookie: pair, origin: url }, body: '{}' });
  return pair.slice(pair.indexOf('=') + 1);
}

async function usedKey(api: ApiClient): Promise<string> {
  const { body } = await api.call<{ key: string }>('POST', 'api-keys', { name: 'planted', scopes: ['read'] });
  await fetch(`${api.url}/api/v1/datasets`, { headers: { authorization: `Bearer ${body.key}` } });
  await fetch(`${api.url}/api/v1/datasets/create?key=${body.key}`, { method: 'POST', headers: { ...json, authorization: `Bearer ${body.key}` }, body: JSON.stringify({ name: body.key }) });
  return body.key;
}

/** An address of the store, used, and used wrongly. */
async function signatureOf(api: ApiClient): Promise<string> {
  const jobs = await api.call<{ items: { id: string }[] }>('GET', 'training/jobs?limit=50');
  for (const { id } of jobs.body.items) {
    const listed = await api.call<{ items: { url: string }[] }>('GET', `training/jobs/${id}/checkpoints`);
    const url = listed.body.items[0]?.url;
    if (url === undefined) continue;
    await (await fetch(url)).arrayBuffer();
    await (await fetch(url, { method: 'DELETE' })).arrayBuffer();
    return new URL(url).searchParams.get('X-Amz-Signature') ?? '';
  }
  return '';
}
