import { describe, expect, it } from 'vitest';
import { generateDemoDataset } from './demo-dataset.js';
import { readTrainingLabels } from './training-labels.js';

async function* once(text: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

function labelText(images: unknown[]): string {
  const head = { format_version: '1.0', dataset_id: 'd', dataset_name: 'n', task_type: 'cls', created_at: '2025-01-01T00:00:00Z', last_modified_at: '2025-01-01T00:00:00Z' };
  // The images stand first: the order of members is free in JSON.
  return JSON.stringify({ images, ...head, version: 1, content_hash: `sha256:${'0'.repeat(64)}`, classes: [{ id: 2, name: 'b' }, { id: 0, name: 'a' }, { id: 7, name: '__background__' }] });
}

describe('readTrainingLabels', () => {
  it('gives classes by id and images by path, without background markers', async () => {
    const labels = await readTrainingLabels(
      once(labelText([{ id: 1, file_name: 'x.png', annotation: { class_id: 2 } }, { id: 2, file_name: 'images/y.png', annotation: { class_id: 7 } }, { id: 3, file_name: 'images/z.png', annotation: null }])),
    );
    expect(labels).toMatchObject({ taskType: 'image_classification', multiLabel: false, classes: [{ id: 0, name: 'a' }, { id: 2, name: 'b' }] });
    expect(Object.fromEntries([...labels.images].map(([name, image]) => [name, [image.labeled, image.classIds]]))).toEqual({ 'images/x.png': [true, [2]], 'images/y.png': [true, []], 'images/z.png': [false, []] });
  });

  it('gives the names of points and the paths of masks', async () => {
    const text = (taskType: string, images: unknown[]): string => labelText(images).replace('"cls"', `"${taskType}"`).replace('{"id":2,"name":"b"}', '{"id":2,"name":"b","keypoints":["tip","end"]}');
    const pose = await readTrainingLabels(once(text('pose_estimation', [])));
    expect(pose.classes).toEqual([{ id: 0, name: 'a', keypoints: [] }, { id: 2, name: 'b', keypoints: ['tip', 'end'] }]);
    const masks = await readTrainingLabels(once(text('semantic_segmentation', [{ id: 1, file_name: 'x.png', annotation: { mask_file: 'masks/x.png' } }, { id: 2, file_name: 'y.png', annotation: null }])));
    expect([...masks.images].map(([name, image]) => [name, image.labeled, image.maskFile])).toEqual([['images/x.png', true, 'masks/x.png'], ['images/y.png', false, null]]);
  });

  it('refuses wrong labels', async () => {
    await expect(readTrainingLabels(once(labelText([{ id: 1, file_name: 'x.png', annotation: { class_id: 5 } }])))).rejects.toMatchObject({ code: 'validation-failed', findings: [{ code: 'unknown-class' }] });
  });

  it('reads the generated dataset, which is the same for the same seed', async () => {
    const [first, again, other] = [1, 1, 2].map((seed) => generateDemoDataset({ images: 40, seed }));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    const labels = await readTrainingLabels(once(first?.entries[0]?.bytes ?? ''));
    expect(labels.images.size).toBe(40);
    expect([...labels.images.values()].filter((image) => image.split === 'val')).toHaveLength(8);
  });
});
