import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImageSaver } from '../../apps/labeler/src/engine/save/image-saver.js';
import { maskCodec, maskObjects, objectCodec, type LabelCodec } from '../../apps/labeler/src/engine/save/label-codec.js';
import type { LabelEdit } from '../../apps/labeler/src/engine/save/label-state.js';
import { isEqualJson } from '../../apps/labeler/src/engine/model/json.js';
import { answerOfProblem } from '../../apps/labeler/src/engine/save/patch-answer.js';
import type { PatchAnswer, PatchRequest } from '../../apps/labeler/src/engine/save/save-types.js';
import { LabelMap } from '../../apps/labeler/src/engine/masks/kernels/label-map.js';
import { decodeLayers, encodeLayers } from '../../apps/labeler/src/engine/masks/kernels/run-lengths.js';
import { annotationOfLayers, layersOfAnnotation } from '../../apps/labeler/src/engine/masks/mask-values.js';
import { LabelsUnderTest } from './labels-under-test.js';

type Json = Readonly<Record<string, unknown>>;

let labels: LabelsUnderTest;
beforeAll(async () => {
  labels = await LabelsUnderTest.start();
});
afterAll(() => labels.close());

const TIMING = { quietMilliseconds: 5, mostMilliseconds: 30, firstRetryMilliseconds: 5, longestRetryMilliseconds: 20 };
const SIZE = { width: 100, height: 80 };

/** A saver before the real API, over a network that loses answers, and requests. */
class Person {
  edit: LabelEdit;
  readonly saver: ImageSaver;
  private constructor(
    private readonly dataset: string,
    private readonly image: number,
    private readonly options: { readonly codec: LabelCodec; readonly start: Json; readonly token: string; readonly random: () => number },
  ) {
    const { codec, start } = options;
    this.saver = new ImageSaver(image, codec.read(start), {
      send: (request) => this.send(request),
      codec,
      newKey: randomUUID,
      keep: () => Promise.resolve(),
      onLabels: (edit) => (this.edit = edit),
      onStatus: () => undefined,
      timing: TIMING,
    });
    this.edit = this.saver.labels;
  }
  static async at(dataset: string, image: number, options: { readonly codec: LabelCodec; readonly token: string; readonly random: () => number }): Promise<Person> {
    const start = await labels.get(dataset, image);
    return new Person(dataset, image, { ...options, start: { ...start.body } });
  }

  objects(change: (objects: Map<string, Json>) => void): void {
    const objects = new Map(this.edit.objects);
    change(objects);
    this.edit = { ...this.edit, objects };
    this.saver.change(this.edit);
  }
  async settle(): Promise<void> {
    await expect.poll(async () => (await this.saver.flush(), this.saver.status.state), { timeout: 20_000, interval: 5 }).toBe('saved');
  }
  async look(): Promise<void> {
    this.saver.seen({ ...(await labels.get(this.dataset, this.image)).body });
  }

  private async send({ imageId, revision, key, body }: PatchRequest): Promise<PatchAnswer> {
    const { random, token } = this.options;
    const lost: PatchAnswer = { kind: 'unreachable', retryAfterSeconds: null };
    if (random() < 0.1) return lost;
    const going = labels.patch(this.dataset, imageId, { revision, body, key, token });
    // Given up before it was answered: the next try meets the first one at work.
    if (random() < 0.1) return lost;
    const answer = await going;
    if (random() < 0.15) return lost;
    const { status, headers } = answer;
    if (status === 200) return { kind: 'saved', document: { ...answer.body } };
    const { code, current } = answer.body;
    return answerOfProblem({ status, code, detail: JSON.stringify(answer.body), current, retryAfterSeconds: Number(headers.get('retry-after') ?? 0) });
  }
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
const pick = (random: () => number, below: number): number => Math.floor(random() * below);
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Edits {
  readonly random: () => number;
  readonly step: number;
  readonly wanted: Map<string, Json>;
  readonly ids: string[];
}
/** Draws a box, or moves or deletes one of his own, and notes what has to come of it. */
function edit(person: Person, { random, step, wanted, ids }: Edits): void {
  const id = random() < 0.4 || ids.length === 0 ? randomUUID() : (ids[pick(random, ids.length)] ?? '');
  const deletes = wanted.has(id) && random() < 0.2;
  const body: Json = { class_id: pick(random, 3), bbox: [pick(random, 50), pick(random, 40), 1 + pick(random, 40), 1 + pick(random, 30)], attributes: { step } };
  if (!ids.includes(id)) ids.push(id);
  if (deletes) wanted.delete(id);
  else wanted.set(id, body);
  person.objects((objects) => (deletes ? objects.delete(id) : objects.set(id, { ...objects.get(id), ...body })));
}

describe('two savers on one image of a real backend', () => {
  it('lose no edit of anybody, and end with the same labels, over a network that loses requests and answers', async () => {
    const dataset = await labels.dataset('object_detection', { images: 3 });
    const second = (await labels.member(dataset, 'annotator')).token;
    for (const [image, seed] of [[1, 11], [2, 12]] as const) {
      const random = randomOf(seed);
      const people = [await Person.at(dataset, image, { codec: objectCodec, token: labels.token, random }), await Person.at(dataset, image, { codec: objectCodec, token: second, random })];
      // Each draws, moves and deletes what is his own; both meet on one image.
      const wanted = new Map<string, Json>();
      const own: string[][] = [[], []];
      for (let step = 0; step < 60; step += 1) {
        const who = pick(random, 2);
        const person = people[who];
        if (person !== undefined) edit(person, { random, step, wanted, ids: own[who] ?? [] });
        if (random() < 0.6) await pause(pick(random, 25));
      }
      for (const one of people) await one.settle();
      for (const one of people) await one.look();
      const saved = objectCodec.read({ ...(await labels.get(dataset, image)).body });
      expect([...saved.objects.keys()].toSorted(), `seed ${seed}`).toEqual([...wanted.keys()].toSorted());
      for (const [id, body] of wanted) expect(saved.objects.get(id), id).toMatchObject(body);
      for (const one of people) expect([one.saver.status.state, one.saver.status.conflicts, [...saved.objects].every(([id, body]) => isEqualJson(one.edit.objects.get(id), body))]).toEqual(['saved', [], true]);
    }
  });

  it('paint one mask together', async () => {
    const dataset = await labels.dataset('semantic_segmentation', { images: 1 });
    const token = (await labels.member(dataset, 'annotator')).token;
    const random = randomOf(21);
    const codec = maskCodec(SIZE);
    const people = [await Person.at(dataset, 1, { codec, token: labels.token, random }), await Person.at(dataset, 1, { codec, token, random })];
    const wanted = new LabelMap(SIZE);
    for (let step = 0; step < 30; step += 1) {
      // Each in his own half, all classes: their layers cross all the time.
      const who = pick(random, 2);
      const [x, y, height, value] = [who * 50 + pick(random, 50), pick(random, 60), 1 + pick(random, 20), pick(random, 4)];
      const paint = (map: LabelMap): LabelMap => {
        map.pixels.fill(value, x * SIZE.height + y, x * SIZE.height + y + height);
        return map;
      };
      paint(wanted);
      const person = people[who];
      if (person === undefined) continue;
      const now = decodeLayers(layersOfAnnotation({ mask: { classes: [...person.edit.objects.values()] } }), SIZE);
      const painted = maskObjects(annotationOfLayers(encodeLayers(paint(now)), SIZE));
      person.objects((objects) => {
        objects.clear();
        for (const [id, layer] of painted) objects.set(id, layer);
      });
      if (random() < 0.6) await pause(pick(random, 25));
    }
    for (const one of people) await one.settle();
    const saved = await labels.get(dataset, 1);
    expect(Buffer.compare(decodeLayers(layersOfAnnotation(saved.body.annotation), SIZE).pixels, wanted.pixels)).toBe(0);
  });
});
