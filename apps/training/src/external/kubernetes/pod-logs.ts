import type { IncomingMessage } from 'node:http';
import { boundedLines, type Line } from '../bounded-lines.js';

/** RFC 3339 with nanoseconds, as the API server writes it before each line. */
const STAMPED = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;
const STAMP_BYTES = 64;

/** Lines of a log that is followed over several connections: each once. */
export class PodLogLines {
  /** Of the last line that was given, and how many lines have had it. */
  private last: { readonly stamp: string; readonly count: number } | null = null;

  constructor(private readonly mostBytes: number) {}

  /** What the next request asks for: everything since the second of the last line. */
  get query(): string {
    const since = this.last === null ? '' : `&sinceTime=${encodeURIComponent(`${this.last.stamp.slice(0, 19)}Z`)}`;
    return `follow=true&timestamps=true${since}`;
  }

  /** The lines of one connection that were not given yet. */
  async *read(response: IncomingMessage): AsyncGenerator<Line> {
    const known = this.last;
    let sameAsKnown = 0;
    for await (const line of boundedLines(response, this.mostBytes + STAMP_BYTES)) {
      const stamp = line === null ? undefined : STAMPED.exec(line)?.[1];
      if (line === null || stamp === undefined) {
        yield line;
        continue;
      }
      // Stamps of one container are of one form, so that their order is that of the texts.
      if (known !== null && stamp < known.stamp) continue;
      if (known !== null && stamp === known.stamp && (sameAsKnown += 1) <= known.count) continue;
      this.last = { stamp, count: this.last?.stamp === stamp ? this.last.count + 1 : 1 };
      yield line.replace(STAMPED, '');
    }
  }
}
