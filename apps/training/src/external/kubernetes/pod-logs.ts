import type { IncomingMessage } from 'node:http';
import { boundedLines, type Line } from '../bounded-lines.js';

/** RFC 3339 with nanoseconds, as the API server writes it before each line. */
const STAMPED = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;
const STAMP_BYTES = 64;

interface LastLine {
  readonly stamp: string;
  /** Lines that have this stamp. */
  readonly count: number;
}

/** Tells of the lines of a new connection, in their order, which were given before. */
function knownUntil(last: LastLine | null): (stamp: string) => boolean {
  let same = 0;
  return (stamp) => {
    if (last === null) return false;
    // Stamps of one container are of one form, so that their order is that of the texts.
    if (stamp !== last.stamp) return stamp < last.stamp;
    same += 1;
    return same <= last.count;
  };
}

/** Lines of a log that is followed over several connections: each once. */
export class PodLogLines {
  private last: LastLine | null = null;

  constructor(private readonly mostBytes: number) {}

  /** What the next request asks for: everything since the second of the last line. */
  get query(): string {
    const since = this.last === null ? '' : `&sinceTime=${encodeURIComponent(`${this.last.stamp.slice(0, 19)}Z`)}`;
    return `follow=true&timestamps=true${since}`;
  }

  /** The lines of one connection that were not given yet. */
  async *read(response: IncomingMessage): AsyncGenerator<Line> {
    const isKnown = knownUntil(this.last);
    for await (const line of boundedLines(response, this.mostBytes + STAMP_BYTES)) {
      const stamp = line === null ? undefined : STAMPED.exec(line)?.[1];
      if (line === null || stamp === undefined) {
        yield line;
        continue;
      }
      if (isKnown(stamp)) continue;
      this.last = { stamp, count: this.last?.stamp === stamp ? this.last.count + 1 : 1 };
      yield line.replace(STAMPED, '');
    }
  }
}
