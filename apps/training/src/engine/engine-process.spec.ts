import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FromChild, StartMessage } from './child/child-messages.js';
import { EngineProcess } from './engine-process.js';

/** Children that misbehave, as programs of their own: what the parent does about them is what is tested here. */
const START: StartMessage = {
  kind: 'start',
  spec: { taskType: 'image_classification', multiLabel: false, classes: [], model: 'cnn-small', hyperparameters: {}, imageSide: 16, cacheFile: '', samplesFile: '', initFile: null, snapshotSha256: '' },
  epochs: 1,
  outputDirectory: '',
  resumeFile: null,
};
const STARTED = `process.send({ kind: 'started', engine: 'test', resumedFromEpoch: 0 });`;
const STAY = 'setInterval(() => undefined, 1000);';
let folder: string;
let engine: EngineProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-process-'));
});
afterEach(async () => {
  await engine?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function launch(program: string, limits: { readonly graceMilliseconds?: number; readonly silenceMilliseconds?: number; readonly maxResidentBytes?: number } = {}): Promise<EngineProcess> {
  const entry = join(folder, 'child.mjs');
  await writeFile(entry, program);
  engine = new EngineProcess({ entry, graceMilliseconds: 200, ...limits });
  return engine;
}

async function run(process: EngineProcess): Promise<{ readonly last: FromChild; readonly heard: readonly FromChild[] }> {
  const heard: FromChild[] = [];
  const last = await process.run(START, (message) => {
    heard.push(message);
    return Promise.resolve();
  });
  return { last, heard };
}

describe('the process of an engine', () => {
  it('hands messages on in order, and answers the last word', async () => {
    const { last, heard } = await run(
      await launch(`process.on('message', () => { ${STARTED}
        process.send({ kind: 'evaluating', epoch: 1 });
        process.send({ kind: 'done', bestEpoch: 1, lastEpoch: 1, examples: null }, () => process.disconnect()); });`),
    );
    expect(heard.map((one) => one.kind)).toEqual(['started', 'evaluating']);
    expect(last).toEqual({ kind: 'done', bestEpoch: 1, lastEpoch: 1, examples: null });
  });

  it.each([
    ['exits', 'process.exit(3)', 'exit code 3'],
    ['is killed', "process.kill(process.pid, 'SIGKILL')", 'SIGKILL'],
  ])('is a crash when the child %s without a last word', async (_, act, cause) => {
    const { last } = await run(await launch(`process.on('message', () => { ${STARTED} setTimeout(() => ${act}, 20); });`));
    expect(last).toMatchObject({ kind: 'failed', code: 'engine-crashed' });
    expect(last).toHaveProperty('detail', expect.stringContaining(cause));
  });

  it('ends a child that says what is no message, and does not fall with it', async () => {
    const { last, heard } = await run(await launch(`process.on('message', () => { ${STARTED} process.send({ kind: 'step', loss: 'none' }); ${STAY} });`));
    expect(heard.map((one) => one.kind)).toEqual(['started']);
    expect(last).toMatchObject({ kind: 'failed', code: 'engine-crashed' });
  });

  it('kills a child that neither stops nor heeds SIGTERM', async () => {
    const started = await launch(`process.on('SIGTERM', () => undefined); process.on('message', (message) => { if (message.kind === 'start') { ${STARTED} } }); ${STAY}`);
    let stopped: Promise<void> = Promise.resolve();
    const before = performance.now();
    await started.run(START, () => {
      stopped = started.stop();
      return Promise.resolve();
    });
    await stopped;
    expect(performance.now() - before).toBeLessThan(3000);
    await expect(started.stop()).resolves.toBeUndefined();
  });

  it('kills a child that hangs: its event loop does not turn, so that nothing is heard of it', async () => {
    const { last } = await run(await launch(`process.on('message', () => { ${STARTED} setTimeout(() => { for (;;); }, 20); });`, { silenceMilliseconds: 400 }));
    expect(last).toMatchObject({ kind: 'failed', code: 'engine-crashed', detail: expect.stringContaining('said nothing') as string });
  });

  it('lets a child live that is busy but alive', async () => {
    const { last, heard } = await run(
      await launch(
        `process.on('message', () => { ${STARTED} setInterval(() => process.send({ kind: 'alive', residentBytes: 1000 }), 50);
          setTimeout(() => process.send({ kind: 'done', bestEpoch: 1, lastEpoch: 1, examples: null }, () => process.exit(0)), 900); });`,
        { silenceMilliseconds: 400 },
      ),
    );
    expect(last.kind).toBe('done');
    expect(heard.map((one) => one.kind)).toEqual(['started']);
  });

  it('ends a child that takes too much memory, and says so', async () => {
    const { last } = await run(await launch(`process.on('message', () => { ${STARTED} process.send({ kind: 'alive', residentBytes: 3e9 }); ${STAY} });`, { maxResidentBytes: 2e9 }));
    expect(last).toMatchObject({ kind: 'failed', code: 'engine-out-of-memory', detail: expect.stringContaining('batch') as string });
  });

  it('ends the child when nobody can take its messages, and tells why', async () => {
    const started = await launch(`process.on('message', () => { ${STARTED} }); ${STAY}`);
    await expect(started.run(START, () => Promise.reject(new Error('the disk is full')))).rejects.toThrow('the disk is full');
  });

  it('is a crash, not an exception, when the program is not there', async () => {
    engine = new EngineProcess({ entry: join(folder, 'missing.mjs') });
    expect((await run(engine)).last).toMatchObject({ kind: 'failed', code: 'engine-crashed' });
  });

  it('gives the child no setting of the service', async () => {
    process.env['ENGINE_TEST_SECRET'] = 'hidden';
    try {
      const started = await launch(`process.on('message', () => { process.send({ kind: 'failed', code: 'env', detail: Object.keys(process.env).sort().join() }, () => process.exit(0)); });`);
      const { last } = await run(started);
      expect(last).toMatchObject({ code: 'env' });
      expect(JSON.stringify(last)).not.toContain('ENGINE_TEST_SECRET');
    } finally {
      delete process.env['ENGINE_TEST_SECRET'];
    }
  });
});
