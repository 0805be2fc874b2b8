import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const CHILD = resolve(import.meta.dirname, '../external/child');
/** Below the repository's own packages, so that the program finds them. */
const CACHE = resolve(import.meta.dirname, '../../../../node_modules/.cache');

export interface SupervisorProgram {
  readonly entry: string;
  remove(): Promise<void>;
}

/** The supervisor of trainers as a program that node runs, for tests that run from the sources. */
export async function supervisorFromSources(): Promise<SupervisorProgram> {
  const folder = join(CACHE, `supervisor-${process.pid}-${Math.random().toString(36).slice(2)}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  for (const name of await readdir(CHILD)) {
    const { outputText } = ts.transpileModule(await readFile(join(CHILD, name), 'utf8'), { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } });
    await writeFile(join(folder, name.replace(/\.ts$/, '.js')), outputText);
  }
  return { entry: join(folder, 'supervisor.main.js'), remove: () => rm(folder, { recursive: true, force: true }) };
}
