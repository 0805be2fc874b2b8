import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';
import { z } from 'zod';
import type { HostileBackend } from './hostile-backend.js';
import { diceParts, picture, zipOf } from './zip-forge.js';

const ROOT = resolve(import.meta.dirname, '../../../shared/data/hostile');

/** Whether the corpora lie beside this repository; says so when they do not. */
export function corporaAreThere(): boolean {
  const there = existsSync(ROOT);
  if (!there) process.stderr.write('skipped: the hostile corpora (JSONTestSuite, yauzl, PngSuite, image-rs, blns) are not beside this repository\n');
  return there;
}

export interface CorpusFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Every `step`-th file of a corpus with one of these extensions. */
export function filesOf(folder: string, extensions: readonly string[], step = 1): CorpusFile[] {
  const root = join(ROOT, folder);
  const names = existsSync(root) ? readdirSync(root, { recursive: true }).map(String).sort() : [];
  return names.filter((name, index) => extensions.includes(extname(name)) && index % step === 0).map((name) => ({ name, bytes: readFileSync(join(root, name)) }));
}

export function naughtyStrings(step = 1): string[] {
  const all = z.array(z.string()).parse(JSON.parse(readFileSync(join(ROOT, 'strings/blns.json'), 'utf8')));
  return all.filter((_, index) => index % step === 0);
}

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

/** Bytes that live; the backend runs in this process. */
export function heapBytes(): number {
  if (typeof collectGarbage === 'function') collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** None of them is a dataset. */
export async function sendZips(backend: HostileBackend, step: number): Promise<number> {
  const files = [...filesOf('zip-slip', ['.zip']), ...filesOf('zip-yauzl', ['.zip'], step)];
  for (const { name, bytes } of files) {
    const answer = await backend.upload(bytes);
    expect([413, 422], name).toContain(answer.status);
    if (name.startsWith('failure')) expect(['unsafe-archive', 'too-large'], name).toContain(answer.code);
  }
  return files.length;
}

/** Pictures are taken, what is none is refused. */
export async function sendImages(backend: HostileBackend, step: number): Promise<number> {
  const good = filesOf('pngsuite', ['.png'], step);
  const bad = filesOf('images-bad', ['.bmp', '.ico', '.tiff']);
  for (const { name, bytes } of [...good, ...bad]) {
    const answer = await backend.upload(await zipOf(diceParts([{ name: 'images/good.png', bytes: picture() }, { name: 'images/x.png', bytes }])));
    if (name.endsWith('.png')) expect(answer.status, name).toBe(201);
    else expect(answer, name).toMatchObject({ status: 422, code: 'unsupported-image' });
  }
  return good.length + bad.length;
}

/** As label file, as meta.json. What is no JSON (`n_`) is refused; valid JSON may be a meta.json without fields. */
export async function sendJsonInZips(backend: HostileBackend, step: number): Promise<number> {
  const files = filesOf('json', ['.json'], step);
  for (const { name, bytes } of files) {
    expect(await backend.upload(await zipOf(diceParts(undefined, { annotationsBytes: bytes }))), name).toMatchObject({ status: 422, code: 'validation-failed' });
    const asMeta = await backend.upload(await zipOf(diceParts(undefined, { metaBytes: bytes })));
    if (name.startsWith('n_')) expect(asMeta, name).toMatchObject({ status: 422, code: 'validation-failed' });
    else expect([201, 422], name).toContain(asMeta.status);
  }
  return files.length;
}

const SOME_ID = '01890000-0000-7000-8000-000000000000';
const documentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({ requestBody: z.object({ content: z.record(z.string(), z.unknown()) }).optional() }))) });

/** Method and path of every route that takes JSON, from the API's own document. */
export async function jsonRoutes(backend: HostileBackend): Promise<[method: string, path: string][]> {
  const document = documentSchema.parse(await (await fetch(`${backend.url}/api/docs-json`)).json());
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, operation]) => operation.requestBody?.content['application/json'] !== undefined)
      .map(([method]): [string, string] => [method.toUpperCase(), path.replace('/api/v1/', '').replace('datasets/{id}', 'datasets/platform-a-00000000').replaceAll(/\{\w+\}/g, SOME_ID)]),
  );
}

export async function sendJsonBodies(backend: HostileBackend, step: number): Promise<number> {
  const routes = await jsonRoutes(backend);
  expect(routes.length).toBeGreaterThanOrEqual(8);
  const files = filesOf('json', ['.json'], step);
  for (const { name, bytes } of files) {
    for (const [method, path] of routes) {
      const answer = await backend.send(method, path, { body: bytes, headers: { 'content-type': 'application/json' } });
      if (name.startsWith('n_')) expect(answer, `${name} ${path}`).toMatchObject({ status: 400, code: 'malformed-json' });
      else expect(answer.status, `${name} ${path}`).toBeGreaterThanOrEqual(400);
    }
  }
  return files.length;
}
