import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { beginSpan, createLogger, currentTraceparent, inSpan, inSpanOfTrace, isTracing, startTracing, stopTracing, tellSpan, WorkContext } from '../index.js';

interface FileSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code: number; readonly message?: string };
  readonly attributes: readonly unknown[];
}
interface Line {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly FileSpan[] }[] }[];
}

const OFF = { service: 'test', instance: 'i', endpoint: null, file: null, sampleRatio: 1, warn: (): void => undefined };
const REMOTE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const folders: string[] = [];

afterEach(async () => {
  await stopTracing();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function recorded(work: () => Promise<void>, options: Partial<typeof OFF> = {}): Promise<FileSpan[]> {
  const folder = await mkdtemp(join(tmpdir(), 'vision-traces-'));
  folders.push(folder);
  const file = join(folder, 'traces.jsonl');
  await startTracing({ ...OFF, ...options, file });
  await work();
  await stopTracing();
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as Line).resourceSpans.flatMap((one) => one.scopeSpans.flatMap(({ spans }) => spans)));
}

describe('traces that are off', () => {
  it('do the work and nothing else', async () => {
    await startTracing(OFF);
    expect(isTracing()).toBe(false);
    expect(await inSpan('work', {}, () => Promise.resolve(currentTraceparent()))).toBeUndefined();
    expect(beginSpan('work', {})).toBeNull();
  });
});

describe('traces in a file', () => {
  it('are one tree under what came from outside, through awaits and callbacks, also of work that is told of later', async () => {
    const spans = await recorded(async () => {
      const request = beginSpan('GET /x', { kind: 'server', parent: REMOTE });
      await request?.within(async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        await inSpan('command', { attributes: { count: 3, share: 0.5, ok: true, name: 'n' } }, () => Promise.resolve());
        tellSpan('store', { kind: 'client', begunAt: new Date(Date.now() - 1000) });
      });
      request?.end({ 'http.response.status_code': 200 });
    });
    const [server, command, store] = ['GET /x', 'command', 'store'].map((name) => spans.find((span) => span.name === name));
    expect(spans).toHaveLength(3);
    expect(spans.map(({ traceId }) => traceId)).toEqual(Array.from({ length: 3 }, () => '0af7651916cd43dd8448eb211c80319c'));
    expect(server).toMatchObject({ parentSpanId: 'b7ad6b7169203331', kind: 2, status: { code: 0 } });
    expect(command).toMatchObject({ parentSpanId: server?.spanId, kind: 1 });
    expect(command?.attributes).toEqual([
      { key: 'count', value: { intValue: '3' } },
      { key: 'share', value: { doubleValue: 0.5 } },
      { key: 'ok', value: { boolValue: true } },
      { key: 'name', value: { stringValue: 'n' } },
    ]);
    expect(store).toMatchObject({ parentSpanId: server?.spanId, kind: 3 });
    expect(Number(BigInt(store?.endTimeUnixNano ?? 0) - BigInt(store?.startTimeUnixNano ?? 0)) / 1e6).toBeGreaterThanOrEqual(999);
  });

  it('tell that work failed by its code, not by its text', async () => {
    const failed = async (): Promise<never> => Promise.reject(Object.assign(new Error('the label "secret of a user" is wrong'), { code: 'validation-failed' }));
    const spans = await recorded(() => inSpan('command', {}, failed).catch(() => undefined));
    expect(spans).toMatchObject([{ status: { code: 2, message: 'validation-failed' } }]);
    expect(JSON.stringify(spans)).not.toContain('secret of a user');
  });

  it('begin with what somebody asked for, and not with sweeps', async () => {
    const spans = await recorded(async () => {
      await inSpanOfTrace('command', {}, () => Promise.resolve());
      tellSpan('store', { begunAt: new Date() });
      await inSpan('made up', { parent: 'no traceparent' }, () => Promise.resolve());
    });
    expect(spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([['made up', undefined]]);
  });

  it('are kept as often as is asked for, or as their sender decided', async () => {
    const spans = await recorded(
      async () => {
        for (let index = 0; index < 20; index += 1) await inSpan('ours', {}, () => Promise.resolve());
        await inSpan('kept', { parent: REMOTE }, () => Promise.resolve());
        await inSpan('not kept', { parent: REMOTE.replace(/01$/, '00') }, () => Promise.resolve());
      },
      { sampleRatio: 0 },
    );
    expect(spans.map(({ name }) => name)).toEqual(['kept']);
  });
});

describe('traces for a receiver', () => {
  it('are posted to /v1/traces, and a receiver that is away is complained about once', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers['content-type'] ?? ''}`);
      request.resume().on('end', () => response.writeHead(400).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const warnings: string[] = [];
    await startTracing({ ...OFF, endpoint: `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`, warn: (text) => warnings.push(text) });
    await inSpan('one', {}, () => Promise.resolve());
    await stopTracing();
    server.close();
    expect(asked).toEqual(['POST /v1/traces application/x-protobuf']);
    expect(warnings).toHaveLength(1);
  });
});

describe('log lines', () => {
  it('name the request and the trace that they belong to, after awaits too', async () => {
    const lines: string[] = [];
    const logger = createLogger({ name: 'test', format: 'json', stream: { write: (line: string) => lines.push(line) > 0 } as unknown as NodeJS.WritableStream });
    await recorded(async () => {
      await WorkContext.run({ correlationId: 'upload-7' }, () =>
        inSpan('command', { parent: REMOTE }, async () => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          logger.info('inside');
        }),
      );
      logger.info('outside');
    });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'inside', correlation_id: 'upload-7', trace_id: '0af7651916cd43dd8448eb211c80319c' });
    expect(Object.keys(JSON.parse(lines[1] ?? '') as object)).not.toContain('correlation_id');
  });
});
