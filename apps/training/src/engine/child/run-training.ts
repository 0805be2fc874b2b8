import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '@app/kernel';
import { TrainingStopped, type TrainingEngine } from '../training-engine.js';
import type { FromChild, OutputFile, StartMessage } from './child-messages.js';

/** One training from its spec to the last epoch: what the child process does, without the process. */
export async function runTraining(engine: TrainingEngine, start: StartMessage, io: { readonly tell: (message: FromChild) => void; readonly shouldStop: () => boolean }): Promise<void> {
  try {
    await engine.prepare(start.spec);
    const resumedFromEpoch = start.resumeFile === null ? 0 : await engine.restore(await readFile(start.resumeFile));
    const { name, runtime, notice } = engine.capabilities();
    io.tell({ kind: 'started', engine: notice === null ? name : `${name} (${runtime})`, ...(notice === null ? {} : { notice }), resumedFromEpoch });
    const { lastEpoch, examples } = await runEpochs(engine, start, { ...io, from: resumedFromEpoch + 1 });
    io.tell({ kind: 'done', bestEpoch: engine.bestEpoch(), lastEpoch, examples });
  } catch (error) {
    io.tell(outcomeOf(error));
  } finally {
    await engine.dispose();
  }
}

async function runEpochs(
  engine: TrainingEngine,
  start: StartMessage,
  io: { readonly tell: (message: FromChild) => void; readonly shouldStop: () => boolean; readonly from: number },
): Promise<{ readonly lastEpoch: number; readonly examples: OutputFile | null }> {
  let last = io.from - 1;
  let examples: OutputFile | null = null;
  for (let epoch = io.from; epoch <= start.epochs && !engine.isPatienceOver(); epoch += 1) {
    await engine.trainEpoch(epoch, { shouldStop: io.shouldStop, onStep: (progress) => io.tell({ kind: 'step', epoch, ...progress }) });
    io.tell({ kind: 'evaluating', epoch });
    const metrics = await engine.evaluate();
    const state = await write(join(start.outputDirectory, `checkpoint-epoch-${epoch}.ckpt`), engine.saveCheckpoint());
    const model = await write(join(start.outputDirectory, `checkpoint-epoch-${epoch}.onnx`), engine.exportModel());
    if (engine.bestEpoch() === epoch) examples = await write(join(start.outputDirectory, 'validation-examples.ndjson'), ndjson(engine.validationExamples()));
    io.tell({ kind: 'epoch', metrics, state, model });
    last = epoch;
  }
  return { lastEpoch: last, examples };
}

const ndjson = (lines: readonly unknown[]): Buffer => Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

/** Visible under its name when it is whole. */
async function write(path: string, bytes: Uint8Array): Promise<OutputFile> {
  await writeFile(`${path}.part`, bytes, { mode: 0o600 });
  await rename(`${path}.part`, path);
  return { path, sizeBytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function outcomeOf(error: unknown): FromChild {
  if (error instanceof TrainingStopped) return { kind: 'stopped' };
  if (error instanceof DomainError) return { kind: 'failed', code: error.code, detail: error.detail };
  return { kind: 'failed', code: 'engine-error', detail: error instanceof Error ? (error.message.split('\n')[0] ?? 'The engine failed.') : 'The engine failed.' };
}
