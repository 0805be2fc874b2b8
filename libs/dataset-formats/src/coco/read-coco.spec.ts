import { describe, expect, it } from 'vitest';
import { FindingCollector } from '@app/dice-format';
import { ClassNotes } from '../class-notes.js';
import { codecOf } from '../codecs.js';
import { fileOf } from '../testing/trees.js';
import { SourceTree, type SourceFile } from '../source-tree.js';

const IMAGES = 2000;

/** Annotations of all images, in an order; each with a polygon of some kilobytes. */
function cocoText(order: (n: number) => number): string {
  const images = Array.from({ length: IMAGES }, (_, n) => `{"id":${n},"file_name":"${n}.jpg","width":100,"height":100}`);
  const ring = Array.from({ length: 2500 }, (_, at) => (at * 37) % 100).join(',');
  const annotations = Array.from({ length: IMAGES * 2 }, (_, n) => `{"id":${n},"image_id":${order(n)},"category_id":1,"bbox":[${n % 90},1,5,5],"segmentation":[[${ring}]]}`);
  return `{"annotations":[${annotations.join(',')}],"categories":[{"id":1,"name":"cat"}],"images":[${images.join(',')}]}`;
}

async function read(file: SourceFile): Promise<{ objects: number; images: number; opened: number }> {
  let opened = 0;
  const counting: SourceFile = { ...file, open: () => ((opened += 1), file.open()) };
  let [objects, images] = [0, 0];
  const notes = { findings: new FindingCollector(), classes: new ClassNotes() };
  for await (const image of codecOf('coco').read(new SourceTree([counting]), notes)) {
    images += 1;
    objects += image.objectsIn({ width: 100, height: 100 }).length;
  }
  expect(notes.findings.errors).toEqual([]);
  return { objects, images, opened };
}

describe('COCO of which not all is held at once', () => {
  it('is read twice where the annotations of an image stand together', async () => {
    const text = cocoText((n) => Math.floor(n / 2));
    expect(await read(fileOf('a.json', text, 1 << 20))).toEqual({ objects: IMAGES * 2, images: IMAGES, opened: 2 });
  });

  it('is read in portions where they do not, each image once and whole', async () => {
    // 29 MB of annotations: more than one portion would need 32 MB, so with twice the text there are two.
    const text = cocoText((n) => n % IMAGES).replaceAll('"segmentation":[[', `"note":"${'x'.repeat(5000)}","segmentation":[[`);
    const { opened, ...all } = await read(fileOf('a.json', text, 1 << 20));
    expect(all).toEqual({ objects: IMAGES * 2, images: IMAGES });
    expect(opened).toBe(1 + Math.ceil((text.length - 200_000) / 2 ** 25));
  });
});
