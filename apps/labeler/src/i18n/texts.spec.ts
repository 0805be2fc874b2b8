import { ERROR_CODES } from '@app/kernel';
import { describe, expect, it } from 'vitest';
import { JOB_STATES, SCOPES, TASK_TYPES } from '../api/types.js';
import { en } from './en.js';
import { ko } from './ko.js';

type Tree = { readonly [key: string]: string | Tree };

function flat(tree: Tree, path = ''): Map<string, string> {
  return new Map(Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[path + key, value] as const] : [...flat(value, `${path}${key}.`)])));
}

const [english, korean] = [flat(en), flat(ko)];
/** The values that a text needs, whatever their format. */
const needs = (text: string): string[] => [...new Set([...text.matchAll(/\{\{\s*(\w+)/g)].map((found) => found[1] ?? ''))].sort();

describe('the texts', () => {
  it('exist in both languages; Korean has no singular', () => {
    const expected = [...english.keys()].filter((key) => !key.endsWith('_one')).sort();
    expect([...korean.keys()].sort()).toEqual(expected);
  });

  it('have a plural for each singular', () => {
    const lonely = [...english.keys()].filter((key) => key.endsWith('_one') && !english.has(key.replace(/_one$/, '_other')));
    expect(lonely).toEqual([]);
  });

  it('need the same values in both languages', () => {
    const differing = [...korean].filter(([key, text]) => needs(text).join() !== needs(english.get(key) ?? '').join()).map(([key]) => key);
    expect(differing).toEqual([]);
  });

  it('are not empty, and Korean is Korean', () => {
    for (const [key, text] of [...english, ...korean]) expect(text.trim(), key).not.toBe('');
    // The same in both by intent: names, and what Korean writes in Latin letters too.
    const same = [...korean].filter(([key, text]) => text === english.get(key)).map(([key]) => key);
    expect(same.sort()).toEqual(['app.name', 'choice.onnx', 'choice.tfjs', 'compare.split', 'gallery.cell', 'language.en', 'language.ko', 'metric.f1', 'metric.map50', 'metric.map50_95', 'metric.miou', 'labeler.help.presets.cvat', 'labeler.help.presets.labelme'].sort());
  });

  it('say something to every error code of the API', () => {
    expect(ERROR_CODES.filter((code) => !english.has(`problem.${code}`))).toEqual([]);
  });

  it('know every word of the API that a page shows', () => {
    const words = [...TASK_TYPES.map((one) => `task.${one}`), ...JOB_STATES.flatMap((one) => [`state.${one}`, `stateText.${one}`]), ...SCOPES.flatMap((one) => [`keys.scope.${one}`, `keys.scopeShort.${one}`])];
    expect(words.filter((word) => !english.has(word))).toEqual([]);
  });
});
