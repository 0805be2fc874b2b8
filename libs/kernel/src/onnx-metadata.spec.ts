import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { readOnnxMetadata, type ReadRange } from './onnx-metadata.js';

const root = protobuf.Root.fromJSON({
  nested: {
    Entry: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
    Model: { fields: { irVersion: { type: 'int64', id: 1 }, producer: { type: 'string', id: 2 }, graph: { type: 'bytes', id: 7 }, props: { type: 'Entry', id: 14, rule: 'repeated' } } },
  },
});

function file(graphBytes: number, props: Record<string, string>): Buffer {
  const type = root.lookupType('Model');
  return Buffer.from(type.encode(type.create({ irVersion: 8, producer: 'x', graph: Buffer.alloc(graphBytes, 7), props: Object.entries(props).map(([key, value]) => ({ key, value })) })).finish());
}

function reader(bytes: Buffer): { read: ReadRange; total: () => number } {
  let total = 0;
  return { read: ({ start, end }) => Promise.resolve(bytes.subarray(start, end)).then((part) => ((total += part.length), part)), total: () => total };
}

describe('the metadata of an ONNX file', () => {
  it('is read without the graph', async () => {
    const bytes = file(5_000_000, { task_type: 'image_classification', class_names: '["고양이","dog"]', empty: '' });
    const { read, total } = reader(bytes);
    expect(await readOnnxMetadata(bytes.length, read)).toEqual({ task_type: 'image_classification', class_names: '["고양이","dog"]', empty: '' });
    expect(total()).toBeLessThan(200_000);
  });

  it('of a value longer than a block is whole', async () => {
    const bytes = file(10, { long: 'x'.repeat(300_000) });
    expect((await readOnnxMetadata(bytes.length, reader(bytes).read))?.['long']).toHaveLength(300_000);
  });

  it('is null for what is none, or was cut off', async () => {
    const good = file(100, { a: 'b' });
    for (const bytes of [Buffer.from('<html>no model</html>'), Buffer.alloc(200, 255), good.subarray(0, 60)]) expect(await readOnnxMetadata(bytes.length, reader(Buffer.from(bytes)).read)).toBeNull();
    expect(await readOnnxMetadata(0, reader(Buffer.alloc(0)).read)).toEqual({});
  });
});
