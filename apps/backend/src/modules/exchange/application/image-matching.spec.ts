import { describe, expect, it } from 'vitest';
import { candidatesOf, matched } from './image-matching.js';

const view = (number: number, fileName: string): { number: number; fileName: string; width: number; height: number; orientation: number } => ({ number, fileName, width: 1, height: 1, orientation: 1 });
const image = (name: string, stemOnly = false): Parameters<typeof matched>[0][number] => ({ name, stemOnly, split: null, status: 'labeled', noObject: false, place: {}, objectsIn: () => [] });

describe('the image that a name means', () => {
  it('is looked for by the whole path, then without its first folders', () => {
    expect(candidatesOf({ name: 'x/images/train/a.jpg' })).toEqual(['images/x/images/train/a.jpg', 'images/train/a.jpg', 'images/a.jpg']);
    expect(candidatesOf({ name: './a\\b.jpg' })).toEqual(['images/a/b.jpg', 'images/b.jpg']);
    expect(candidatesOf({ name: '../../etc/passwd' })).toEqual(['images/etc/passwd', 'images/passwd']);
    expect(candidatesOf({ name: 'a', stemOnly: true })).toEqual(['images/a.jpg', 'images/a.jpeg', 'images/a.png', 'images/a.webp']);
    expect(candidatesOf({ name: 'e\u0301.jpg' })).toEqual(['images/\u00e9.jpg']);
    expect(candidatesOf({ name: `${'d/'.repeat(1000)}a.jpg` })).toHaveLength(8);
  });

  it('is the likeliest one that there is, letter by letter before in any case', async () => {
    const there = [view(1, 'images/a.jpg'), view(2, 'images/train/a.jpg'), view(3, 'images/A.JPG')];
    const named = (names: readonly string[]): Promise<typeof there> => Promise.resolve(there.filter(({ fileName }) => names.some((name) => name.toLowerCase() === fileName.toLowerCase())));
    const found = await matched([image('train/a.jpg'), image('val/a.jpg'), image('A.JPG'), image('a.Jpg'), image('b.jpg'), image('a', true)], named);
    expect(found.map((one) => one?.number)).toEqual([2, 1, 3, 3, undefined, 1]);
  });
});
