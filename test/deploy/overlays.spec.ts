import { describe, expect, it } from 'vitest';
import { faultsOf } from './kubernetes-objects.js';
import { manifestSchema, type Manifest } from './manifest-types.js';
import { builtVariants, kubectlProblem, writtenFiles } from './manifests.js';

const problem = kubectlProblem();
if (problem !== null) process.stdout.write(`SKIPPED: building the overlays, because ${problem}. Their files are validated one by one.\n`);
const variants = problem === null ? builtVariants() : [writtenFiles()];
const named = variants.map((one) => [one.name, one.objects] as const);

describe.each(named)('%s', (_, objects) => {
  it('holds to the schemas of its kinds, without unknown fields', () => {
    expect(objects.flatMap((one) => faultsOf(one).map((fault) => `${one.kind} ${one.metadata.name}: ${fault}`))).toEqual([]);
    expect(objects.length).toBeGreaterThan(0);
  });
});

/** Objects of the whole that may have any names in them. */
const FREE = /\/(labels|annotations|data|stringData|matchLabels|selector|requests|limits|hard|nodeSelector)$/;

describe('the check of unknown fields', () => {
  it('finds one wherever it is planted', () => {
    const samples = new Map(variants.flatMap(({ objects }) => objects.map((one) => [one.kind, one] as const)));
    const missed = [...samples.values()].flatMap((object) => placesOf(object, '').filter((place) => faultsOf(planted(object, place)).length === 0).map((place) => `${object.kind}${place}`));
    expect(missed).toEqual([]);
  });
});

/** Paths of every object inside that has fields of fixed names. */
function placesOf(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([name, one]) => placesOf(one, `${path}/${name}`));
  return Array.isArray(value) || FREE.test(path) ? below : [path, ...below];
}

function planted(object: Manifest, place: string): Manifest {
  const copy = structuredClone(object);
  let at: unknown = copy;
  for (const name of place.split('/').slice(1)) at = typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined;
  if (typeof at !== 'object' || at === null) throw new Error(`there is nothing at ${place}`);
  Reflect.set(at, 'replicaz', 'planted');
  return manifestSchema.parse(copy);
}
