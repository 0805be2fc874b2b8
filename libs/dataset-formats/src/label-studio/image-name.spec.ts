import { describe, expect, it } from 'vitest';
import { imageNameOf } from './image-name.js';

describe('the image that a task of Label Studio names', () => {
  it.each([
    [{ image: '/data/upload/12/0a1b2c3d-a%20b.jpg' }, 'a b.jpg'],
    [{ image: '/data/upload/0a1b2c3d-a.jpg' }, 'a.jpg'],
    [{ image: '/data/local-files/?d=images/sub/%EC%82%AC%EC%A7%84.png' }, 'images/sub/사진.png'],
    [{ image: 's3://bucket/images/0a1b2c3d-a.jpg' }, 'images/0a1b2c3d-a.jpg'],
    [{ image: 'https://host.test/x/a.jpg?token=1#top' }, 'x/a.jpg'],
    [{ img: 'a.jpg' }, 'a.jpg'],
    [{ photo_url: 'b/a.webp' }, 'b/a.webp'],
    [{ image: '/data/upload/1/%E0%A4%A.jpg' }, '%E0%A4%A.jpg'],
    [{ text: 'hello' }, undefined],
    [{ image: '' }, undefined],
    [{ image: 5 }, undefined],
  ])('%j is %s', (data, name) => {
    expect(imageNameOf(data)).toBe(name);
  });
});
