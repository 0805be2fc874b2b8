import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';

/** Builds the page as it is delivered, once for all files of the `web` project. The manifest says which piece needs which. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'vision-page-'));
  await build({ configFile: fileURLToPath(new URL('../../../apps/labeler/vite.config.ts', import.meta.url)), logLevel: 'error', build: { outDir: folder, emptyOutDir: true, manifest: true } });
  project.provide('pageFolder', folder);
  return () => rm(folder, { recursive: true, force: true });
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The built page. */
    pageFolder: string;
  }
}
