import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'vite';

const ROOT = resolve(import.meta.dirname, '../../..');
const LIBS = ['kernel', 'contracts', 'messaging', 'object-store', 'archive', 'dice-format', 'dataset-formats', 'local-services', 'configuration', 'observability'];

export interface BundledEntry {
  /** The JavaScript. */
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * A program of the product, with what it imports of the repository, as one file of JavaScript: Node 20 loads no TypeScript, and a test wants the real
 * program as a process of its own. Packages are loaded from node_modules; types are not checked here.
 */
export async function bundleEntry(entry: string): Promise<BundledEntry> {
  // Inside of the repository, where packages are found.
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.cache/bundle-'));
  const alias = Object.fromEntries(LIBS.map((name) => [`@app/${name}`, join(ROOT, `libs/${name}/src/index.ts`)]));
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    resolve: { alias },
    build: { ssr: resolve(ROOT, entry), outDir: folder, minify: false, target: 'node20', rollupOptions: { output: { entryFileNames: 'entry.mjs' } } },
  });
  return { path: join(folder, 'entry.mjs'), remove: () => rm(folder, { recursive: true, force: true }) };
}
