import { DomainError } from '@app/kernel';
import { describe, expect, it } from 'vitest';
import { streamTopLevel, type StreamTopLevelLimits, type TopLevelItem } from './stream-top-level.js';
import { parseStrictJson } from './strict-json.js';

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function collect(text: string, size = 3, limits: StreamTopLevelLimits = {}): Promise<TopLevelItem[]> {
  const items: TopLevelItem[] = [];
  for await (const item of streamTopLevel(inPieces(text, size), limits)) items.push(item);
  return items;
}

const TEXT = ' {"v": "1.0", "images" : [ {"a":"}]\\"é"}, 7 ,[1,[2]] ], "classes":[], "n":-1.5e3,"o":{"images":[1]} ,"s":[]} ';

describe('streamTopLevel', () => {
  it.each([1, 2, 3, 7, 1000])('gives the same items from pieces of %i bytes', async (size) => {
    expect(await collect(TEXT, size)).toEqual([
      { key: 'v', value: '1.0' },
      { key: 'images', index: 0, element: { a: '}]"é' }, sizeBytes: 14 },
      { key: 'images', index: 1, element: 7, sizeBytes: 1 },
      { key: 'images', index: 2, element: [1, [2]], sizeBytes: 7 },
      { key: 'classes', value: [] },
      { key: 'n', value: -1500 },
      { key: 'o', value: { images: [1] } },
      { key: 's', value: [] },
    ]);
  });

  it.each([
    '', '{', '{"a":1', '{"a":1}}', '{"a":1,}', '{"a" 1}', '{a:1}', '{"images":[1,]}', '{"images":[1 2]}', '{"images":[1}', '{"a":1 "b":2}',
    '{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"images":[{"x":1,"x":2}]}', '{"a":tru}', '{"a":1e400}', '{"a":"\\ud800"}', '{"images":[,1]}', '\ufeff{}', '{"a":[1}}', '{"a":}', '{"a":1"b":2}',
  ])('refuses %j as the whole-text parser does', async (text) => {
    await expect(collect(text, 2)).rejects.toMatchObject({ code: 'malformed-json' });
    expect(() => parseStrictJson(text)).toThrow(DomainError);
  });

  it('refuses a top level that is not an object', async () => {
    await expect(collect('[]')).rejects.toMatchObject({ code: 'malformed-json' });
    await expect(collect('{}')).resolves.toEqual([]);
  });

  it('counts the depth of the whole document', async () => {
    const nested = (levels: number): string => `{"images":[${'['.repeat(levels)}${']'.repeat(levels)}]}`;
    await expect(collect(nested(62), 50)).resolves.toHaveLength(1);
    await expect(collect(nested(63), 50)).rejects.toMatchObject({ findings: [{ code: 'json-depth' }] });
  });

  it('bounds one element, the whole and the members', async () => {
    await expect(collect('{"images":["12345678"]}', 4, { maxElementBytes: 10 })).resolves.toHaveLength(1);
    await expect(collect('{"images":["123456789"]}', 4, { maxElementBytes: 10 })).rejects.toMatchObject({ code: 'too-large' });
    await expect(collect('{"a":1}', 4, { maxTotalBytes: 6 })).rejects.toMatchObject({ code: 'too-large' });
    await expect(collect('{"a":1,"b":1}', 4, { maxMembers: 1 })).rejects.toMatchObject({ code: 'too-large' });
  });

  it('names the element in a finding', async () => {
    await expect(collect('{"images":[1,{"k":[1e999]}]}')).rejects.toMatchObject({ findings: [{ pointer: '/images/1/k/0' }] });
  });
});
