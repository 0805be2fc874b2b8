import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALL_EVENTS, cloudEventSchema } from './index.js';

/** One stored event of every version that was ever published. A sample is never changed: if it does not parse any more, a reader out there breaks too. */
const folder = new URL('../samples/', import.meta.url);
const samples = readdirSync(folder).map((name): [string, unknown] => [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8'))]);

describe('the stored samples of events', () => {
  it('are there for every event', () => {
    expect(samples.map(([name]) => name).sort()).toEqual(ALL_EVENTS.map((event) => `${event.subject}.json`).sort());
  });

  it.each(samples)('%s parses, and nothing of it is lost', (name, sample) => {
    const event = cloudEventSchema.parse(sample);
    expect(`${event.type}.json`).toBe(name);
    const definition = ALL_EVENTS.find((one) => one.subject === event.type);
    expect(definition?.data.parse(event.data)).toEqual(event.data);
  });

  it.each(ALL_EVENTS.map((event) => [event.subject, event] as const))('%s refuses data without its fields', (_, event) => {
    expect(event.data.safeParse({}).success).toBe(false);
  });
});
