import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { entriesIn } from './zip-fault.js';

function entry(body: Buffer, name = 'images/a.jpg'): Buffer {
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt32LE(crc32(body), 14);
  header.writeUInt32LE(body.length, 18);
  header.writeUInt32LE(body.length, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name), body]);
}
const bodies = (window: Buffer): string[] => [...entriesIn(window)].map((one) => (one.end > window.length ? `cut after ${window.length - one.start} of ${one.end - one.start}` : window.subarray(one.start, one.end).toString()));

describe('the images in a window of a zip', () => {
  const three = Buffer.concat(['first', 'second', 'third'].map((text) => entry(Buffer.from(text))));

  it('are found from any place on, the last one cut', () => {
    expect(bodies(three)).toEqual(['first', 'second', 'third']);
    expect(bodies(three.subarray(10))).toEqual(['second', 'third']);
    expect(bodies(three.subarray(10, -1))).toEqual(['second', 'cut after 4 of 5']);
    expect(bodies(three.subarray(0, 20))).toEqual([]);
  });

  it('are not what looks like a header inside of an image', () => {
    const inner = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(40, 7)]);
    expect(bodies(Buffer.concat([inner, entry(Buffer.from('one')), entry(Buffer.concat([Buffer.from('two'), inner]))]))).toEqual(['one', `two${inner.toString()}`]);
  });
});
