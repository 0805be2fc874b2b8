import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MODEL_CATALOGUE } from '../model-catalogue.js';
import { parseTrainersFile } from './trainers-file.js';

describe('the examples of trainers', () => {
  it.each(['pytorch-trainer', 'ultralytics-trainer'])('declare %s as the platform reads it', (name) => {
    const text = readFileSync(new URL(`../../../../../examples/${name}/trainers.json`, import.meta.url), 'utf8');
    expect(parseTrainersFile(text, MODEL_CATALOGUE.map(({ id }) => id))).toHaveLength(1);
  });
});
