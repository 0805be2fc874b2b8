import { execFileSync } from 'node:child_process';
import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FromChild } from '../engine/child/child-messages.js';
import { silentLog } from '../training-log.js';
import { LocalOutputFiles } from './output-files.js';
import { TrainerLog } from './trainer-log.js';
import { TrainerOutput } from './trainer-output.js';

let folder: string;
let output: TrainerOutput;
let heard: FromChild[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainer-output-'));
  await mkdir(join(folder, 'output'));
  heard = [];
  output = outputOf(0);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function outputOf(resumedFromEpoch: number): TrainerOutput {
  const files = new LocalOutputFiles(join(folder, 'output'), () => Promise.resolve());
  return new TrainerOutput({ epochs: 3, resumedFromEpoch, trainImages: 10, modelFormat: 'onnx', files, pathFor: (name) => join(folder, name), log: new TrainerLog(silentLog) });
}

async function say(...lines: readonly object[]): Promise<void> {
  for (const line of lines) await output.take(JSON.stringify(line), (message) => Promise.resolve(void heard.push(message)));
}

const epoch = (number: number, value: number, files: object = {}): object => ({ type: 'epoch', metrics: { epoch: number, primary_metric: 'accuracy', primary_value: value }, ...files });
const withCheckpoint = (checkpoint: string): object => epoch(1, 1, { checkpoint });
const CLEAN = { code: 0, signal: null, verdict: null };

describe('what a trainer says', () => {
  it.each([
    ['an epoch that goes backwards', [epoch(1, 1), epoch(1, 1)], /epoch 1 behind epoch 1/],
    ['an epoch too many', [epoch(1, 1), epoch(2, 1), epoch(3, 1), epoch(4, 1)], /epoch 4 of 3/],
    ['an epoch that leaves one out', [epoch(2, 1)], /epoch 2 behind epoch 0/],
    ['an epoch without its figure', [{ type: 'epoch', metrics: { epoch: 1 } }], /metrics.primary_metric/],
    ['more scores than a report holds', [{ type: 'epoch', metrics: { epoch: 1, primary_metric: 'a', primary_value: 1, scores: Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`s${at}`, 1])) } }], /200 scores at most/],
    ['a best epoch that it never told', [epoch(1, 1), { type: 'done', best_epoch: 3 }], /epoch 3 the best/],
    ['an end without an epoch', [{ type: 'done' }], /named no best one/],
    ['a path out of its folder', [withCheckpoint('../secret')], /no path inside/],
    ['an absolute path', [withCheckpoint('/etc/passwd')], /no path inside/],
    ['a file that is not there', [withCheckpoint('none')], /cannot be read/],
    ['a folder that is not there', [withCheckpoint('none/none')], /is not there/],
  ])('refuses %s', async (_, lines, detail) => {
    await expect(say(...lines)).rejects.toMatchObject({ code: 'trainer-protocol', retryable: false, detail: expect.stringMatching(detail) as string });
  });

  it('takes files only, by their own name', async () => {
    await writeFile(join(folder, 'secret'), 'x');
    await writeFile(join(folder, 'output', 'empty'), '');
    await symlink(join(folder, 'secret'), join(folder, 'output', 'link'));
    await symlink(folder, join(folder, 'output', 'up'));
    await link(join(folder, 'secret'), join(folder, 'output', 'twice'));
    execFileSync('mkfifo', [join(folder, 'output', 'pipe')]);
    await mkdir(join(folder, 'output', 'inside'));
    for (const [name, why] of [['empty', 'is empty'], ['link', 'is a link'], ['up/secret', 'outside'], ['twice', 'second name'], ['pipe', 'is no file'], ['inside', 'is no file']] as const) {
      await expect(say(withCheckpoint(name)), name).rejects.toMatchObject({ detail: expect.stringContaining(why) as string });
    }
    await writeFile(join(folder, 'output', 'inside', 'good'), 'state');
    await say(withCheckpoint('inside/good'));
    expect(heard).toMatchObject([{ kind: 'epoch', state: { sizeBytes: 5, path: join(folder, 'checkpoint-epoch-1.ckpt') } }]);
  });

  it('takes validation examples that are some, whole, and refuses others', async () => {
    const example = (id: number, more: object = {}): string => JSON.stringify({ image_id: id, quality: 0.5, truth: [{ class_id: 1 }], predicted: [{ class_id: 2, score: 0.9, bbox: [1, 2, 3, 4] }], ...more });
    const done = async (text: string): Promise<void> => {
      output = outputOf(0);
      await writeFile(join(folder, 'output', 'examples.ndjson'), text);
      await say(epoch(1, 1), { type: 'done', examples: 'examples.ndjson' });
    };
    for (const [text, why] of [
      ['no JSON', /line 1/],
      [`${example(1)}\n${example(2, { quality: 7 })}\n`, /line 2: quality/],
      [`${example(1, { predicted: [{ class_id: -1, score: 1 }] })}\n`, /line 1: predicted/],
      [`${example(1, { truth: Array.from({ length: 1001 }, () => ({ class_id: 1 })) })}\n`, /line 1: truth/],
      [`${example(1)}\n`.repeat(201), /more than 200/],
      [`"${'x'.repeat(4 * 1024 * 1024)}"\n`, /line 1: it has more than/],
    ] as const) {
      await expect(done(text), why.source).rejects.toMatchObject({ code: 'trainer-protocol', retryable: false, detail: expect.stringMatching(why) as string });
    }
    await done(`${example(4)}\n${example(5)}\n`);
    await writeFile(join(folder, 'output', 'examples.ndjson'), 'written over');
    expect(output.conclude(CLEAN)).toMatchObject({ kind: 'done', bestEpoch: 1, examples: { path: join(folder, 'validation-examples.ndjson'), sizeBytes: 2 * example(4).length + 2 } });
  });

  it('counts on from the epoch that it resumed from, and keeps the best one of before if the trainer says so', async () => {
    output = outputOf(2);
    await say({ type: 'progress', epoch: 1, fraction: 0.5 }, epoch(3, 0.5), { type: 'done', best_epoch: 1 });
    expect(heard.map((one) => one.kind)).toEqual(['epoch']);
    expect(output.conclude(CLEAN)).toEqual({ kind: 'done', bestEpoch: 1, lastEpoch: 3, examples: null });
  });

  it('takes the first of equally good epochs, and the end of a clean exit without a last word', async () => {
    await say(epoch(1, 0.5), epoch(2, 0.7), epoch(3, 0.7));
    expect(output.conclude(CLEAN)).toEqual({ kind: 'done', bestEpoch: 2, lastEpoch: 3, examples: null });
  });

  it('minds nothing that comes behind the end, and a crash there least of all', async () => {
    await say(epoch(1, 1), { type: 'done' }, epoch(2, 1));
    expect(output.conclude({ code: 139, signal: null, verdict: null })).toMatchObject({ kind: 'done', lastEpoch: 1 });
  });
});
