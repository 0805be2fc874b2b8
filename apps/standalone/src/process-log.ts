import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { readableLine } from '@app/observability';

/** Then the file is put aside as `.1`, and the one put aside before is gone. */
const MAX_FILE_BYTES = 20_000_000;
const KEPT_LINES = 5;

/**
 * What one child process says: every line into `logs/NAME.log` of the data folder. The terminal sees all of it when `isVerbose`; otherwise
 * errors only, one readable line each, so that the address and the password stay in sight.
 */
export class ProcessLog {
  readonly path: string;
  private file: number | null = null;
  private sizeBytes = 0;
  private readonly lastLines: string[] = [];

  constructor(
    dataDirectory: string,
    name: string,
    private readonly options: { readonly isVerbose: boolean; readonly show: (text: string) => void },
  ) {
    const folder = join(dataDirectory, 'logs');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.path = join(folder, `${name}.log`);
  }

  follow(...streams: readonly (Readable | null)[]): void {
    for (const stream of streams) if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.take(line));
  }

  take(line: string): void {
    this.keep(line);
    const entry = parse(line);
    if (this.options.isVerbose) this.options.show(`${line}\n`);
    else if (entry?.['level'] === 'error' || entry?.['level'] === 'fatal') this.options.show(readableLine(JSON.stringify({ ...entry, err: undefined, stack: undefined })));
    // Stacks are for the file.
    if (entry === null && !/^\s*(at .*)?$/.test(line)) this.lastLines.push(line);
    if (this.lastLines.length > KEPT_LINES) this.lastLines.shift();
  }

  /** What it last said that was no log entry: the reason of a process that did not start. Empty when the terminal has it already. */
  lastWords(): string {
    return this.options.isVerbose ? '' : this.lastLines.splice(0).map((line) => `${line}\n`).join('');
  }

  close(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }

  /** Into the file only. A full disk costs lines of a log, nothing else. */
  keep(line: string): void {
    try {
      if (this.file === null) this.open();
      if (this.file !== null) this.sizeBytes += writeSync(this.file, `${line}\n`);
      if (this.sizeBytes > MAX_FILE_BYTES) this.rotate();
    } catch {
      this.close();
    }
  }

  private open(): void {
    this.file = openSync(this.path, 'a', 0o600);
    this.sizeBytes = statSync(this.path).size;
  }

  private rotate(): void {
    this.close();
    renameSync(this.path, `${this.path}.1`);
  }
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
