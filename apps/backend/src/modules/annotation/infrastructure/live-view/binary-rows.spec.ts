import { describe, expect, it } from 'vitest';
import { binaryRows, RowFields } from './binary-rows.js';

const HEADER = Buffer.from('PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

function field(data: Buffer | null): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(data === null ? -1 : data.length);
  return Buffer.concat([length, data ?? Buffer.alloc(0)]);
}

function numberOf(value: bigint, bytes: number): Buffer {
  const data = Buffer.alloc(bytes);
  if (bytes === 8) data.writeBigInt64BE(value);
  else data.writeInt32BE(Number(value));
  return data;
}

const count = (fields: number): Buffer => Buffer.from([fields >> 8, fields & 255].map((one) => one & 255));
const row = (number: number, name: string | null, size: bigint): Buffer => Buffer.concat([count(4), field(numberOf(BigInt(number), 4)), field(name === null ? null : Buffer.from(name)), field(numberOf(size, 8)), field(Buffer.from('ab', 'hex'))]);
const ROWS: readonly [number, string | null, number][] = [[1, '가.jpg', 2 ** 40 + 7], [2, null, 0], [3, '', 4_294_967_295], [4, 'b'.repeat(50), 5]];
const ALL = Buffer.concat([HEADER, ...ROWS.map(([number, name, size]) => row(number, name, BigInt(size))), count(-1)]);

async function* cutAt(places: readonly number[]): AsyncIterable<Buffer> {
  let start = 0;
  for (const end of [...places, ALL.length]) {
    yield await Promise.resolve(ALL.subarray(start, end));
    start = end;
  }
}

async function read(chunks: AsyncIterable<Buffer>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { bytes, starts } of binaryRows(chunks)) {
    for (const start of starts) {
      const fields = new RowFields(bytes, start);
      found.push([fields.int4(), fields.text(), fields.int8(), fields.hex()]);
    }
  }
  return found;
}

describe('rows of a binary COPY', () => {
  it('are the same wherever chunks cut them', async () => {
    const expected = ROWS.map((one) => [...one, 'ab']);
    for (let place = 0; place <= ALL.length; place += 1) expect(await read(cutAt([place]))).toEqual(expected);
    expect(await read(cutAt(Array.from(ALL.keys())))).toEqual(expected);
  });
});
