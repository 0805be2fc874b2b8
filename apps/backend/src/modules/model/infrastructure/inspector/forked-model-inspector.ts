import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { ModelAdapter } from '@app/contracts';
import type { Finding } from '@app/kernel';
import { ObjectStore } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { ModelInspector } from '../../application/ports/model-inspector.port.js';
import type { ModelObject } from '../../domain/model.js';
import { inspectedMessageSchema, type InspectMessage } from './inspection-messages.js';

export interface InspectionLimits {
  /** By the clock: loading and one run of a model that a worker can use takes a few. */
  readonly milliseconds: number;
  readonly maxResidentBytes: number;
}

/** The program of the process that loads. Tests, which run from sources, put a built one in its place. */
@Injectable()
export class InspectorProgram {
  entry = fileURLToPath(new URL('./model-inspector.main.js', import.meta.url));
  limits: InspectionLimits = { milliseconds: 60_000, maxResidentBytes: 3 * 1024 ** 3 };
}

const LOOK_MILLISECONDS = 50;
const PAGE_BYTES = 4096;

/** Loads uploaded models in a process of its own, one at a time. */
@Injectable()
export class ForkedModelInspector extends ModelInspector {
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: ObjectStore,
    private readonly program: InspectorProgram,
  ) {
    super();
  }

  inspect(object: ModelObject, adapter: ModelAdapter): Promise<readonly Finding[]> {
    const mine = this.turn.then(() => this.inFolder(object, adapter));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async inFolder(object: ModelObject, adapter: ModelAdapter): Promise<readonly Finding[]> {
    const folder = await mkdtemp(join(tmpdir(), 'vision-inspect-'));
    try {
      const path = join(folder, 'model.onnx');
      if ((await this.download(object.key, path)) !== object.sha256) return [{ code: 'wrong-content', message: 'The file does not have the SHA-256 that was announced.' }];
      return await this.load({ path, adapter }, folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async download(key: string, path: string): Promise<string> {
    const hash = createHash('sha256');
    const { body } = await this.store.get(key);
    await pipeline(
      body,
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(path, { mode: 0o600 }),
    );
    return hash.digest('hex');
  }

  private load(message: InspectMessage, folder: string): Promise<readonly Finding[]> {
    // Nothing of this process's environment goes along, and its folder has the one file.
    const child = fork(this.program.entry, [], { cwd: folder, env: { PATH: process.env['PATH'], MALLOC_ARENA_MAX: '2' }, execArgv: ['--max-old-space-size=1024'], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    return new Promise((resolve) => {
      let verdict: readonly Finding[] | null = null;
      const kill = (code: string, text: string): void => {
        verdict ??= [{ code, message: text }];
        child.kill('SIGKILL');
      };
      const { milliseconds, maxResidentBytes } = this.program.limits;
      const deadline = setTimeout(() => kill('too-costly', `Loading the model and running it once takes longer than ${Math.round(milliseconds / 1000)} s.`), milliseconds);
      const watch = setInterval(() => void residentBytes(child).then((bytes) => (bytes > maxResidentBytes ? kill('too-costly', `The model takes more than ${Math.round(maxResidentBytes / 1024 ** 2)} MiB of memory.`) : undefined)), LOOK_MILLISECONDS);
      child.once('message', (raw) => {
        const said = inspectedMessageSchema.safeParse(raw);
        verdict ??= said.success ? said.data.findings : [{ code: 'not-a-model', message: 'The model cannot be loaded.' }];
      });
      const ended = (): void => {
        clearTimeout(deadline);
        clearInterval(watch);
        resolve(verdict ?? [{ code: 'not-a-model', message: 'The model ends the process that loads it.' }]);
      };
      child.once('exit', ended);
      child.on('error', () => (child.pid === undefined ? ended() : undefined));
      child.send(message, () => undefined);
    });
  }
}

/** 0 where the system does not tell: the time is a limit all the same. */
async function residentBytes({ pid }: ChildProcess): Promise<number> {
  const text = await readFile(`/proc/${pid ?? 0}/statm`, 'utf8').catch(() => '');
  return Number(text.split(' ')[1] ?? 0) * PAGE_BYTES;
}
