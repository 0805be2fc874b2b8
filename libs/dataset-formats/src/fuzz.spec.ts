import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TASK_TYPES } from '@app/dice-format';
import { DomainError } from '@app/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecOf } from './codecs.js';
import { fitImage } from './fit-task.js';
import { FORMAT_NAMES, type FormatCodec } from './format-codec.js';
import { randomExport } from './testing/random-exports.js';
import { readAll, sampleFolder, treeOf, writtenFiles } from './testing/trees.js';

/** What a reader may do with any bytes: read them, find something wrong, or refuse with a code. Anything else would be a 500. */
async function survives(codec: FormatCodec, files: Readonly<Record<string, string | Uint8Array>>): Promise<'read' | 'findings' | 'refused'> {
  try {
    const { images, notes } = await readAll(codec, treeOf(files));
    for (const image of images) {
      for (const taskType of TASK_TYPES) fitImage(image, { taskType, size: { width: 20, height: 10 }, classIdOf: () => 0, warn: () => undefined });
    }
    return notes.findings.errorsTotal > 0 ? 'findings' : 'read';
  } catch (error) {
    if (error instanceof DomainError) return 'refused';
    throw error;
  }
}

const SPLICES = ['', '"', '<', '>', ']', '}', '[[[[', 'NaN', '1e999', '-1', '0', '\u0000', '\ud800', '&x;', '<!DOCTYPE a>', '{"a":1,"a":2}', '../', '\r\n', '\\', '99999999999999999999', 'null', 'true', '[]', '{}'];
/** A place in the text as a part of its length, how much of it goes, and what comes instead. */
const splice = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), fc.constantFrom(...SPLICES));

function spliced(text: string, cuts: readonly (readonly [number, number, string])[]): string {
  return cuts.reduce((all, [at, gone, come]) => {
    const start = Math.floor(at * all.length);
    return all.slice(0, start) + come + all.slice(start + gone);
  }, text);
}

const WRITERS = FORMAT_NAMES.map(codecOf).flatMap((codec) => (codec.writer === null ? [] : [{ codec, title: codec.name }]));

describe('files with something wrong anywhere in them', () => {
  it.each(WRITERS)('are read, found wrong or refused: $title', async ({ codec }) => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...codec.tasks).chain((task) => randomExport(task, codec.holds(task), { images: 2, objects: 2 })),
        fc.array(splice, { minLength: 1, maxLength: 3 }),
        async (dataset, cuts) => {
          const files = await writtenFiles(codec.writer?.(dataset, { lose: () => undefined }).files() ?? nothing());
          const broken = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, spliced(text, cuts)]));
          seen.add(await survives(codec, broken));
        },
      ),
      { numRuns: 300 },
    );
    expect(seen.has('findings') || seen.has('refused')).toBe(true);
  });

  it.each(FORMAT_NAMES.map((name) => ({ name })))('of any bytes are read, found wrong or refused: $name', async ({ name }) => {
    const extensions = ['json', 'xml', 'txt', 'yaml', 'csv', 'names'];
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        await survives(codecOf(name), Object.fromEntries(extensions.map((extension) => [`classes.${extension}`, bytes])));
        await survives(codecOf(name), Object.fromEntries(extensions.map((extension) => [`a/b.${extension}`, bytes])));
      }),
      { numRuns: 100 },
    );
  });
});

const corpus = await sampleFolder('hostile/json');

/** JSONTestSuite, beside the checkout. */
describe.skipIf(corpus === undefined)('the JSON test suite', () => {
  it('is refused as a label file, all of it', async () => {
    const names = await readdir(corpus ?? '');
    expect(names.length).toBeGreaterThan(300);
    for (const name of names) {
      const bytes = await readFile(join(corpus ?? '', name));
      const answers = await Promise.all((['coco', 'labelme', 'dice'] as const).map((format) => survives(codecOf(format), { 'a.json': bytes })));
      // `findings`: a JSON object without what a labelme file has.
      expect([name, answers.filter((answer) => answer === 'read')]).toEqual([name, []]);
      if (name.startsWith('n_')) expect([name, answers]).toEqual([name, ['refused', 'refused', 'refused']]);
    }
  });
});

async function* nothing(): AsyncIterable<never> {
  await Promise.resolve();
}
