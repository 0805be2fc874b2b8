/** As the reports' schema allows. */
export const MAX_LOG_LINES = 100;
export const MAX_LINE_CHARACTERS = 500;

/** The last lines of a job's log: new ones go out with the next report, all of them with a failure. */
export class LogTail {
  private readonly kept: string[] = [];
  private fresh: string[] = [];

  add(text: string): void {
    for (const part of text.split('\n')) {
      const line = part.trimEnd().slice(0, MAX_LINE_CHARACTERS);
      if (line === '') continue;
      push(this.kept, line);
      push(this.fresh, line);
    }
  }

  /** Lines since the last call. */
  takeFresh(): string[] {
    const lines = this.fresh;
    this.fresh = [];
    return lines;
  }

  last(): string[] {
    return [...this.kept];
  }
}

function push(lines: string[], line: string): void {
  lines.push(line);
  if (lines.length > MAX_LOG_LINES) lines.shift();
}
