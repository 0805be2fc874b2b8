import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/**
 * Translates the TypeScript of a folder (specs left out) to JavaScript under `outFolder`, so that a test can run it as a process of its own: Node 20
 * loads no TypeScript. Only for code that imports relatively or from Node; types are not checked here. Answers the folder of the JavaScript.
 */
export async function compileFolder(sourceFolder: string, outFolder: string): Promise<string> {
  await mkdir(outFolder, { recursive: true });
  await writeFile(join(outFolder, 'package.json'), '{"type":"module"}\n');
  for (const path of await readdir(sourceFolder, { recursive: true })) {
    if (!path.endsWith('.ts') || /\.(spec|int-spec|deep-spec)\.ts$/.test(path)) continue;
    const { outputText } = ts.transpileModule(await readFile(join(sourceFolder, path), 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    const out = join(outFolder, path.replace(/\.ts$/, '.js'));
    await mkdir(dirname(out), { recursive: true });
    await writeFile(out, outputText);
  }
  return outFolder;
}
