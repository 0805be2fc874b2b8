import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FromChild } from '../engine/child/child-messages.js';
import { supervisorFromSources, type SupervisorProgram } from '../testing/supervisor-from-sources.js';
import { MARK } from './child/process-tree.js';
import { LocalOutputFiles } from './output-files.js';
import { TrainerLog } from './trainer-log.js';
import { TrainerOutput } from './trainer-output.js';
import { TrainerProcess } from './trainer-process.js';

/** Programs that misbehave, as the contract's other side: each is a real process. */
let program: SupervisorProgram;
let folder: string;
let lines: string[];
let tokens: string[];

beforeAll(async () => {
  program = await supervisorFromSources();
});
afterAll(() => program.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainer-process-'));
  await mkdir(join(folder, 'output'));
  lines = [];
  tokens = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Options {
  readonly memoryLimitBytes?: number;
  readonly maxProcesses?: number;
  readonly timeLimitSeconds?: number;
  readonly resumedFromEpoch?: number;
  readonly environment?: Record<string, string>;
  readonly assertRoom?: () => Promise<void>;
}

function trainer(command: readonly string[], options: Options = {}): TrainerProcess {
  const token = randomUUID();
  tokens.push(token);
  const say = (line: string): void => void lines.push(line);
  const log = new TrainerLog({ debug: say, info: say, warn: say, error: say });
  const files = new LocalOutputFiles(join(folder, 'output'), () => Promise.resolve());
  const resumedFromEpoch = options.resumedFromEpoch ?? 0;
  const output = new TrainerOutput({ epochs: 3, resumedFromEpoch, trainImages: 10, modelFormat: 'onnx', files, pathFor: (name) => join(folder, name), log });
  const order = { command: [...command], cwd: folder, environment: options.environment ?? {}, token, memoryLimitBytes: 2 ** 30, maxProcesses: 50, timeLimitSeconds: 60, graceMilliseconds: 300, ...options };
  const { memoryLimitBytes, maxProcesses, timeLimitSeconds } = order;
  const { command: words, cwd, environment, graceMilliseconds } = order;
  return new TrainerProcess({
    order: { command: words, cwd, environment, token, memoryLimitBytes, maxProcesses, timeLimitSeconds, graceMilliseconds },
    output,
    log,
    started: { kind: 'started', engine: 'external', resumedFromEpoch },
    assertRoom: options.assertRoom ?? ((): Promise<void> => Promise.resolve()),
    entry: program.entry,
  });
}

const node = (script: string, options: Options = {}): TrainerProcess => trainer([process.execPath, '-e', script], options);

async function run(one: TrainerProcess): Promise<{ readonly last: FromChild; readonly heard: readonly FromChild[] }> {
  const heard: FromChild[] = [];
  const last = await one.run((message) => {
    heard.push(message);
    return Promise.resolve();
  });
  return { last, heard };
}

/** Processes that still carry the mark of this test. */
async function left(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
    if (tokens.some((token) => environment.includes(`${MARK}=${token}`)) && !stat.includes(') Z ')) found.push(pid);
  }
  return found;
}

const SAY = `const say = (line) => console.log(JSON.stringify(line));
const epoch = (n, value, files = {}) => say({ type: 'epoch', metrics: { epoch: n, primary_metric: 'accuracy', primary_value: value }, ...files });
const fs = require('node:fs');`;

describe('a trainer as a process', () => {
  it('tells epochs and files, and is done with the best epoch', async () => {
    const { last, heard } = await run(
      node(`${SAY} fs.writeFileSync('output/a.pt', 'state'); fs.writeFileSync('output/a.onnx', 'model');
        say({ type: 'progress', epoch: 1, fraction: 0.5, images_per_second: 7 });
        epoch(1, 0.9, { checkpoint: 'a.pt', model: 'a.onnx' }); fs.writeFileSync('output/a.pt', 'later');
        epoch(2, 0.8); console.log('a word'); say({ type: 'done' });`),
    );
    expect(last).toEqual({ kind: 'done', bestEpoch: 1, lastEpoch: 2, examples: null });
    expect(heard.map((one) => one.kind)).toEqual(['started', 'step', 'epoch', 'epoch']);
    expect(heard[1]).toMatchObject({ epoch: 1, step: 500, steps: 1000, imagesPerSecond: 7 });
    expect(heard[2]).toMatchObject({ metrics: { epoch: 1, train_loss: null, scores: {}, learning_rate: 0 }, state: { path: join(folder, 'checkpoint-epoch-1.ckpt') }, model: { sizeBytes: 5 } });
    expect(heard[3]).toMatchObject({ state: null, model: null });
    expect(lines).toContain('a word');
  });

  it('sees nothing of the environment but what it is given', async () => {
    process.env['S3_SECRET_ACCESS_KEY'] = 'hidden-secret';
    const { last } = await run(node(`${SAY} console.log(Object.keys(process.env).sort().join(' ')); console.log(fs.readFileSync('/proc/' + process.ppid + '/environ', 'latin1').includes('hidden-secret')); epoch(1, 1);`, { environment: { PATH: '/usr/bin' } }));
    delete process.env['S3_SECRET_ACCESS_KEY'];
    expect(last.kind).toBe('done');
    expect(lines[0]).toBe(`PATH ${MARK}`);
    // Nor of its supervisor's, which it can read as the same user.
    expect(lines[1]).toBe('false');
  });

  it.each([
    ['an exit code', `console.error('no such module'); process.exit(3)`, 'trainer-failed', /exit code 3: no such module/],
    ['the code for another try', 'process.exit(75)', 'unavailable', /exit code 75/],
    ['a signal', `process.kill(process.pid, 'SIGKILL')`, 'engine-crashed', /SIGKILL/],
    ['nothing at all', '', 'trainer-no-result', /without an epoch/],
    ['its own words', `${SAY} say({ type: 'failed', message: 'loss is not a number' }); process.exit(1)`, 'trainer-failed', /says: loss is not a number/],
  ])('fails by %s', async (_, script, code, detail) => {
    expect((await run(node(script))).last).toEqual({ kind: 'failed', code, detail: expect.stringMatching(detail) as string });
  });

  it('fails where there is no such program', async () => {
    const { last } = await run(trainer(['/no/such/program']));
    expect(last.kind).toBe('failed');
  });

  it('takes figures that are no numbers as none', async () => {
    const { heard } = await run(node(`console.log('{"type": "epoch", "metrics": {"epoch": 1, "primary_metric": "a", "primary_value": NaN, "train_loss": -Infinity, "scores": {"x": NaN}}}')`));
    expect(heard[1]).toMatchObject({ metrics: { primary_value: null, train_loss: null, scores: { x: null }, non_finite: true } });
  });

  it('ends one that breaks the contract', async () => {
    const running = run(node(`${SAY} epoch(1, 1); epoch(1, 1); setInterval(() => undefined, 1000);`));
    await expect(running).rejects.toMatchObject({ code: 'trainer-protocol', retryable: false });
    expect(await left()).toEqual([]);
  });

  it('reads over a line of a gigabyte in bounded memory, and takes what stands behind it', async () => {
    const before = process.memoryUsage().rss;
    let peak = before;
    const look = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
    const { last } = await run(node(`${SAY} const block = 'x'.repeat(1 << 20); let n = 1024;
      const more = () => { while (n-- > 0) if (!process.stdout.write(block)) return process.stdout.once('drain', more); process.stdout.write('\\n'); epoch(1, 1); }; more();`));
    clearInterval(look);
    expect(last.kind).toBe('done');
    expect(peak - before).toBeLessThan(300 * 2 ** 20);
    expect(lines.some((line) => line.includes('was left out'))).toBe(true);
  });

  it('takes what is no message as words, and not all of many', async () => {
    const { last } = await run(node(`${SAY} for (let n = 0; n < 5000; n += 1) console.log('{"type": "epoch", ' + n); console.log('['.repeat(500000)); console.log('\\u001b[31mred\\u0007'); epoch(1, 1);`));
    expect(last.kind).toBe('done');
    expect(lines.length).toBeLessThan(400);
    expect(lines.at(-1)).toMatch(/lines of the trainer were left out/);
  });

  it('ends one that ignores SIGTERM, with what it started out of its group', async () => {
    const one = node(`process.on('SIGTERM', () => undefined);
      const child = require('node:child_process').spawn(process.execPath, ['-e', "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000)"], { detached: true, stdio: 'ignore' });
      child.unref(); console.log('ready'); setInterval(() => undefined, 1000);`);
    const running = run(one);
    await expect.poll(() => lines.includes('ready')).toBe(true);
    expect((await left()).length).toBe(2);
    const asked = performance.now();
    await one.stop();
    expect(performance.now() - asked).toBeLessThan(5_000);
    expect((await running).last).toEqual({ kind: 'stopped' });
    expect(await left()).toEqual([]);
  });

  it('ends one that kills or freezes its supervisor', async () => {
    const killer = run(node(`process.on('SIGTERM', () => undefined); process.kill(process.ppid, 'SIGKILL'); setInterval(() => undefined, 1000);`));
    expect((await killer).last).toMatchObject({ kind: 'failed', code: 'engine-crashed' });
    const freezer = node(`process.on('SIGTERM', () => undefined); process.kill(process.ppid, 'SIGSTOP'); console.log('frozen'); setInterval(() => undefined, 1000);`);
    const running = run(freezer);
    await expect.poll(() => lines.includes('frozen')).toBe(true);
    await freezer.stop();
    expect((await running).last).toEqual({ kind: 'stopped' });
    expect(await left()).toEqual([]);
  });

  it('leaves nothing running behind one that has ended', async () => {
    const { last } = await run(node(`${SAY} epoch(1, 1); require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { detached: true, stdio: 'inherit' }).unref();`));
    expect(last.kind).toBe('done');
    expect(await left()).toEqual([]);
  });

  it('ends one that takes too much memory, too long, or too many processes', async () => {
    const hog = node(`const held = []; setInterval(() => held.push(Buffer.alloc(32 << 20, 1)), 20);`, { memoryLimitBytes: 200 * 2 ** 20 });
    expect((await run(hog)).last).toMatchObject({ code: 'engine-out-of-memory' });
    expect((await run(node('setInterval(() => undefined, 1000)', { timeLimitSeconds: 1 }))).last).toMatchObject({ code: 'trainer-time-limit' });
    const forks = trainer(['/bin/sh', '-c', 'while true; do sleep 100 & sleep 0.02; done'], { maxProcesses: 10, environment: { PATH: '/usr/bin:/bin' } });
    expect((await run(forks)).last).toMatchObject({ code: 'trainer-processes' });
    expect(await left()).toEqual([]);
  });

  it('ends one whose files outgrow their room', async () => {
    const refuse = (): Promise<void> => Promise.reject(new Error('full'));
    await expect(run(node('setInterval(() => undefined, 1000)', { assertRoom: refuse }))).rejects.toThrow('full');
    expect(await left()).toEqual([]);
  });
});
