const NEWLINE = 10;
const COMMA = 44;
const SEPARATOR = Buffer.from(',');

/** Lines become elements of a JSON array: newline to comma in place, and none behind the last. */
export async function* commaSeparated(lines: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let isOpen = false;
  for await (const chunk of lines) {
    if (chunk.length === 0) continue;
    if (isOpen) yield SEPARATOR;
    isOpen = chunk.at(-1) === NEWLINE;
    const text = isOpen ? chunk.subarray(0, -1) : chunk;
    for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, at + 1)) text[at] = COMMA;
    if (text.length > 0) yield text;
  }
}

/** Each line as the JSON value that it is. */
export async function* parsedLines(lines: AsyncIterable<Buffer>): AsyncIterable<unknown> {
  let rest: Buffer[] = [];
  for await (const chunk of lines) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield JSON.parse(rest.length === 0 ? chunk.toString('utf8', start, end) : Buffer.concat([...rest, chunk.subarray(start, end)]).toString());
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
}
