import { Metrics } from '@app/observability';
import { expect, it } from 'vitest';
import type { FromChild } from '../engine/child/child-messages.js';
import { EnginePace } from './engine-pace.js';

const step = (epoch: number, at: number): FromChild => ({ kind: 'step', epoch, step: at, steps: 4, loss: 1, imagesPerSecond: 250 });

it('counts an image once in each epoch, also when steps are heard twice or not at all, and ends with no pace', async () => {
  const metrics = new Metrics('training', { withProcess: false });
  const pace = new EnginePace(metrics, 100);
  for (const message of [step(1, 1), step(1, 2), step(1, 2), step(2, 1)]) pace.hear(message);
  const { text } = await metrics.text();
  expect(text).toContain('vision_training_images_total 75');
  expect(text).toContain('vision_training_images_per_second 250');
  pace.end();
  expect((await metrics.text()).text).toContain('vision_training_images_per_second 0');
});
