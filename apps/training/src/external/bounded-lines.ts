/** A line, or null for one that was longer than allowed: its bytes were read over and are gone. */
export type Line = string | null;

const NEWLINE = 0x0a;

/** Lines of a stream that nobody vouches for. Memory is bounded by the longest line that is wanted, whatever comes. */
export async function* boundedLines(chunks: AsyncIterable<Uint8Array>, mostBytes: number): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let held = 0;
  let isTooLong = false;
  const add = (part: Uint8Array): void => {
    if (isTooLong || part.length === 0) return;
    isTooLong = held + part.length > mostBytes;
    if (isTooLong) parts = [];
    else parts.push(Uint8Array.from(part));
    held = isTooLong ? 0 : held + part.length;
  };
  const take = (): Line => {
    const line = isTooLong ? null : Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
    parts = [];
    held = 0;
    isTooLong = false;
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at));
      from = at + 1;
      yield take();
    }
    add(chunk.subarray(from));
  }
  if (held > 0 || isTooLong) yield take();
}
