/** A statement's text is to be about so long: much longer and the other one waits for it, much shorter and asking costs more than answering. */
const RANGE_BYTES = 1 << 20;
const FIRST_RANGE = 1_000;
const LARGEST_RANGE = 20_000;

export interface RangeReader {
  lines(select: string): AsyncIterable<Buffer>;
}

interface Asked {
  readonly reader: RangeReader;
  readonly size: number;
  readonly lines: AsyncIterable<Buffer>;
}

/**
 * The rows of a select in the order of their numbers, in ranges, each asked of the reader that is free: while one range is read, the next is computed.
 * `selectOf` gets a condition on `number`; above `highest` there is one more range without an end.
 */
export async function* rangesInTurns(readers: readonly RangeReader[], highest: number, selectOf: (condition: string) => string): AsyncGenerator<Buffer> {
  let after = 0;
  let size = FIRST_RANGE;
  const ask = (reader: RangeReader): Asked[] => {
    if (after === Infinity) return [];
    const upTo = after + size < highest ? after + size : Infinity;
    const condition = `number > ${after}${upTo === Infinity ? '' : ` and number <= ${upTo}`}`;
    after = upTo;
    return [{ reader, size, lines: reader.lines(selectOf(condition)) }];
  };
  const asked = readers.flatMap(ask);
  for (let turn = asked.shift(); turn !== undefined; turn = asked.shift()) {
    let bytes = 0;
    for await (const chunk of turn.lines) {
      bytes += chunk.length;
      yield chunk;
    }
    size = nextSize(turn.size, bytes);
    asked.push(...ask(turn.reader));
  }
}

/** How many numbers make a range, from one that is known; never many times as many at once. */
export function nextSize(size: number, bytes: number): number {
  const fitting = Math.round((size * RANGE_BYTES) / Math.max(bytes, 1));
  return Math.max(1, Math.min(fitting, size * 4, LARGEST_RANGE));
}
