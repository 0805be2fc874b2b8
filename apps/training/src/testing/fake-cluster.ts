import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { OUTPUT_FOLDER } from '../external/job-file.js';
import { CourierServer } from '../external/pod/courier-server.js';
import { fetchData } from '../external/pod/fetch-data.js';
import { JOB_FOLDER, podGrantSchema } from '../external/pod/pod-grant.js';
import { silentLog } from '../training-log.js';

export interface Manifest {
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { readonly name: string; readonly command?: readonly string[]; readonly env?: readonly { readonly name: string; readonly value: string }[] }[] } } & Record<string, unknown> } & Record<string, unknown>;
}

interface Running {
  readonly manifest: Manifest;
  readonly lines: string[];
  readonly followers: Set<ServerResponse>;
  folder: string;
  child: ChildProcess | null;
  courier: CourierServer | null;
  pod: Record<string, unknown>;
  ended: boolean;
}

/** What the fake does not do by itself. */
export interface ClusterScript {
  /** A pod's status instead of a node that takes it. */
  stuck?: Record<string, unknown>;
  /** Closes the log's connections after so many lines, once. */
  breakLogAfter?: number;
  /** The status that ends a container that was killed. */
  terminated?: Record<string, unknown>;
  refuseJobs?: string;
}

/**
 * An API server of Kubernetes over real HTTP, with the answers of 1.31 as far as a worker looks at them. Pods are folders and processes of this
 * machine: the helpers are the real ones, the trainer is the manifest's command.
 */
export class FakeCluster {
  readonly jobs = new Map<string, Running>();
  readonly secrets = new Map<string, string>();
  script: ClusterScript = {};
  private server: Server | null = null;

  constructor(private readonly token: string) {}

  async start(): Promise<string> {
    const server = createServer((request, response) => void this.answer(request, response));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async close(): Promise<void> {
    for (const name of [...this.jobs.keys()]) await this.remove(name);
    this.server?.closeAllConnections();
    await new Promise<void>((resolve) => (this.server === null ? resolve() : this.server.close(() => resolve())));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://cluster');
    if (request.headers.authorization !== `Bearer ${this.token}`) return status(response, 401, 'Unauthorized');
    const [, kind = '', name, part] = /^\/(?:api\/v1|apis\/batch\/v1)\/namespaces\/trainers\/(jobs|pods|secrets)(?:\/([^/]+))?(?:\/(log))?$/.exec(url.pathname) ?? [];
    if (part === 'log' && name !== undefined) return this.log(name, url.searchParams, response);
    if (request.method === 'POST') return this.create(kind, await textOf(request), response);
    if (request.method === 'DELETE') return this.delete(kind, name, url, response);
    if (kind === 'jobs' && name !== undefined) return this.job(name, response);
    return reply(response, 200, { kind: 'List', items: this.list(kind, url.searchParams.get('labelSelector') ?? '') });
  }

  private job(name: string, response: ServerResponse): void {
    if (this.jobs.has(name)) reply(response, 200, { metadata: { name }, status: {} });
    else status(response, 404, `jobs.batch "${name}" not found`);
  }

  private list(kind: string, selector: string): unknown[] {
    const [label = '', value = ''] = selector.split('=');
    const fits = ({ manifest }: Running): boolean => (label === 'job-name' ? manifest.metadata.name === value : manifest.metadata.labels[label] === value);
    return [...this.jobs.values()].filter(fits).map((one) => (kind === 'pods' ? one.pod : one.manifest));
  }

  private create(kind: string, text: string, response: ServerResponse): void {
    if (kind === 'secrets') {
      const secret = JSON.parse(text) as { metadata: { name: string }; stringData: Record<string, string> };
      this.secrets.set(secret.metadata.name, secret.stringData['grant.json'] ?? '');
      return reply(response, 201, secret);
    }
    if (this.script.refuseJobs !== undefined) return status(response, 403, this.script.refuseJobs);
    const manifest = JSON.parse(text) as Manifest;
    const pod = { metadata: { name: `${manifest.metadata.name}-x7f2p` }, status: this.script.stuck ?? { phase: 'Pending' } };
    const running: Running = { manifest, lines: [], followers: new Set(), folder: '', child: null, courier: null, pod, ended: false };
    this.jobs.set(manifest.metadata.name, running);
    reply(response, 201, manifest);
    if (this.script.stuck === undefined) void this.run(running);
  }

  private async run(running: Running): Promise<void> {
    const { name } = running.manifest.metadata;
    const grant = podGrantSchema.parse(JSON.parse(this.secrets.get(name) ?? ''));
    running.folder = await mkdtemp(join(tmpdir(), 'fake-pod-'));
    const prepared = await fetchData(grant, running.folder, { signal: new AbortController().signal, log: silentLog });
    const fetched = { name: 'fetch', state: { terminated: { exitCode: prepared.ok ? 0 : 1, reason: prepared.ok ? 'Completed' : 'Error', message: JSON.stringify(prepared) } } };
    running.pod = { ...running.pod, status: { phase: prepared.ok ? 'Pending' : 'Failed', podIP: '127.0.0.1', initContainerStatuses: [fetched], containerStatuses: [{ name: 'trainer', state: { waiting: { reason: 'PodInitializing' } } }] } };
    if (!prepared.ok || !this.jobs.has(name)) return;
    running.courier = new CourierServer({ folder: join(running.folder, OUTPUT_FOLDER), token: grant.token, onDone: () => undefined });
    await running.courier.listen({ host: '127.0.0.1', port: grant.courier_port });
    const child = this.trainer(running);
    running.child = child;
    running.pod = { ...running.pod, status: { phase: 'Running', podIP: '127.0.0.1', initContainerStatuses: [fetched], containerStatuses: [{ name: 'trainer', state: { running: { startedAt: new Date().toISOString() } } }] } };
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    const terminated = this.script.terminated ?? { exitCode: code ?? 128 + (signal === 'SIGKILL' ? 9 : 15), reason: code === 0 ? 'Completed' : 'Error' };
    running.pod = { ...running.pod, status: { phase: 'Running', podIP: '127.0.0.1', initContainerStatuses: [fetched], containerStatuses: [{ name: 'trainer', state: { terminated } }] } };
    running.ended = true;
    for (const follower of running.followers) follower.end();
  }

  private trainer(running: Running): ChildProcess {
    const container = running.manifest.spec.template.spec.containers.find((one) => one.name === 'trainer');
    const [program = '', ...args] = container?.command ?? [];
    const env = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value.replace(JOB_FOLDER, running.folder)]));
    const child = spawn(program, args, { cwd: running.folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr] as readonly Readable[]) createInterface({ input: stream }).on('line', (line) => this.line(running, line));
    return child;
  }

  private line(running: Running, text: string): void {
    // Two lines often have the same stamp: the resolution of a second is the hard case.
    const stamped = `${new Date().toISOString().slice(0, 19)}.000000000Z ${text}\n`;
    running.lines.push(stamped);
    for (const follower of running.followers) follower.write(stamped);
    if (this.script.breakLogAfter === undefined || running.lines.length < this.script.breakLogAfter) return;
    this.script = { ...this.script, breakLogAfter: undefined };
    for (const follower of running.followers) follower.destroy();
  }

  private log(pod: string, query: URLSearchParams, response: ServerResponse): void {
    const running = [...this.jobs.values()].find((one) => (one.pod['metadata'] as { name: string }).name === pod);
    if (running === undefined) return status(response, 404, `pods "${pod}" not found`);
    response.writeHead(200, { 'content-type': 'text/plain' });
    const since = query.get('sinceTime') ?? '';
    for (const line of running.lines) if (line.slice(0, 19) >= since.slice(0, 19)) response.write(line);
    if (running.ended) return void response.end();
    running.followers.add(response);
    response.once('close', () => running.followers.delete(response));
  }

  private async delete(kind: string, name: string | undefined, url: URL, response: ServerResponse): Promise<void> {
    if (kind === 'secrets' && name !== undefined) return this.secrets.delete(name) ? reply(response, 200, { kind: 'Status', status: 'Success' }) : status(response, 404, 'not found');
    const job = name ?? (url.searchParams.get('labelSelector') ?? '').split('=')[1] ?? '';
    if (kind === 'pods') return reply(response, 200, { kind: 'PodList', items: [] });
    if (!this.jobs.has(job)) return status(response, 404, `jobs.batch "${job}" not found`);
    await this.remove(job);
    reply(response, 200, { kind: 'Status', status: 'Success' });
  }

  private async remove(name: string): Promise<void> {
    const running = this.jobs.get(name);
    this.jobs.delete(name);
    if (running === undefined) return;
    const { child } = running;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, 'SIGTERM');
      const killed = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 500);
      await once(child, 'close');
      clearTimeout(killed);
    }
    for (const follower of running.followers) follower.end();
    await running.courier?.close();
    if (running.folder !== '') await rm(running.folder, { recursive: true, force: true });
  }
}

function reply(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** As the API server says a refusal. */
const status = (response: ServerResponse, code: number, message: string): void => reply(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code });

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}
