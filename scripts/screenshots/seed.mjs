// What the pictures show: photos with labels of each kind, two versions, and people.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SEEN } from '../../test/bench/labeling/seen.mjs';

/** Of raccoon-1.jpg, as parts of its width and height. */
export const OUTLINE = [[0.13, 0.93], [0.17, 0.86], [0.24, 0.82], [0.3, 0.62], [0.33, 0.5], [0.355, 0.4], [0.35, 0.3], [0.385, 0.265], [0.43, 0.32], [0.5, 0.3], [0.57, 0.32], [0.61, 0.265], [0.645, 0.3], [0.64, 0.4], [0.66, 0.52], [0.7, 0.64], [0.74, 0.82], [0.79, 0.9], [0.79, 0.96], [0.73, 0.96], [0.68, 0.88], [0.3, 0.88], [0.25, 0.92]];
const POSE = [[0.365, 0.29], [0.63, 0.3], [0.435, 0.455], [0.565, 0.455], [0.497, 0.575]];
const POSED = { name: 'raccoon', keypoints: ['left ear', 'right ear', 'left eye', 'right eye', 'nose'], skeleton: [[0, 2], [1, 3], [2, 4], [3, 4], [2, 3]] };

export async function apiOf({ url, admin }) {
  let token = '';
  const call = async (method, path, body, headers = {}) => {
    const isForm = body instanceof FormData;
    const answer = await fetch(`${url}/api/v1/${path}`, {
      method,
      headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...(isForm || body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: isForm || body === undefined ? body : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  };
  token = (await call('POST', 'auth/login', admin)).access_token;
  return call;
}

async function withPhotos(call, photos, { names, ...dataset }) {
  const { id } = await call('POST', 'datasets/create', dataset);
  for (const name of names) {
    const form = new FormData();
    form.append('file', new Blob([await readFile(join(photos, 'images', name))], { type: 'image/jpeg' }), name);
    await call('POST', `datasets/${id}/images`, form);
  }
  const { items } = await call('GET', `datasets/${id}/images?limit=200`);
  return { id, items };
}

const boxOf = ([left, top, right, bottom], { width, height }) => [left * width, top * height, (right - left) * width, (bottom - top) * height];

async function label(call, id, image, annotations) {
  const { revision } = await call('GET', `datasets/${id}/annotations/${image.id}`);
  await call('PATCH', `datasets/${id}/annotations/${image.id}`, { annotations }, { 'if-match': `"${revision}"` });
}

async function boxes(call, photos) {
  const names = Object.keys(SEEN);
  const classes = [{ name: 'raccoon' }, { name: 'person' }, { name: 'cat' }];
  const { id, items } = await withPhotos(call, photos, { name: 'Raccoons in gardens', task_type: 'object_detection', classes, names });
  const labelOf = (image, grow = 0) => SEEN[image.original_name ?? image.file_name].map(([left, top, right, bottom]) => ({ class_id: 0, bbox: boxOf([left, top, right - grow, bottom - grow], image) }));
  for (const image of items.slice(0, 14)) await label(call, id, image, labelOf(image));
  await call('POST', `datasets/${id}/snapshots`, { note: 'First pass: fourteen photos' });
  const [first, second, third] = items;
  await label(call, id, first, [...labelOf(first, 0.06)]);
  await label(call, id, second, []);
  await label(call, id, third, [...labelOf(third), { class_id: 1, bbox: boxOf([0.04, 0, 0.6, 0.92], third) }]);
  for (const image of items.slice(14, 18)) await label(call, id, image, labelOf(image));
  await call('POST', `datasets/${id}/snapshots`, { note: 'After review: the person beside the raccoon is labelled too' });
  await call('POST', `datasets/${id}/images/bulk`, { ids: items.slice(0, 6).map((one) => one.id), action: 'split', split: 'val' });
  return { id, items };
}

async function people(call, datasetId) {
  for (const [email, role, name] of [['kim@example.org', 'annotator', 'Kim Minji'], ['lee@example.org', 'reviewer', 'Lee Jun'], ['park@example.org', 'viewer', 'Park Sora']]) {
    await call('POST', 'users', { email, display_name: name });
    await call('POST', `datasets/${datasetId}/members`, { email, role });
  }
}

/** The datasets of the pictures, by the kind of their labels. */
export async function seedLabels(call, photos) {
  const names = ['raccoon-1.jpg', 'raccoon-101.jpg', 'raccoon-115.jpg', 'raccoon-117.jpg'];
  const box = await boxes(call, photos);
  await people(call, box.id);
  const polygon = await withPhotos(call, photos, { name: 'Raccoon outlines', task_type: 'instance_segmentation', classes: [{ name: 'raccoon' }], names });
  const mask = await withPhotos(call, photos, { name: 'Ground and animals', task_type: 'semantic_segmentation', classes: [{ name: 'raccoon' }, { name: 'ground' }], names });
  const pose = await withPhotos(call, photos, { name: 'Raccoon faces', task_type: 'pose_estimation', classes: [POSED], names });
  const scaled = (points, { width, height }) => points.map(([x, y]) => [x * width, y * height]);
  await label(call, polygon.id, polygon.items[0], [{ class_id: 0, segmentation: [scaled(OUTLINE, polygon.items[0]).flat()] }]);
  const [face] = pose.items;
  await label(call, pose.id, face, [{ class_id: 0, bbox: boxOf([0.34, 0.25, 0.66, 0.64], face), keypoints: scaled(POSE, face).flatMap((point) => [...point, 2]) }]);
  return { box, polygon, mask, pose };
}
