import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { sampleSchema, type Sample, type SampleSide } from './sample.js';

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 10;

/**
 * Writes the samples of a training, one JSON line each. They go from the service to the engine's process as a file: a hundred thousand labeled images
 * do not travel in one message. Returns the bytes written.
 */
export async function writeSamples(path: string, samples: Iterable<Sample>): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  let written = 0;
  try {
    let lines: string[] = [];
    let waiting = 0;
    const flush = async (): Promise<void> => {
      const bytes = Buffer.from(lines.join(''));
      lines = [];
      waiting = 0;
      await file.write(bytes);
      written += bytes.byteLength;
    };
    for (const sample of samples) {
      const line = `${JSON.stringify(sample)}\n`;
      lines.push(line);
      waiting += line.length;
      if (waiting >= CHUNK_BYTES) await flush();
    }
    await flush();
  } finally {
    await file.close();
  }
  return written;
}

/** The samples of one side, read one by one from the file. */
export interface SampleList {
  readonly length: number;
  readonly imageIds: readonly number[];
  at(index: number): Sample;
}

/** Reads samples by number. Only places and ids are kept in memory. Synchronous: a read from the page cache takes microseconds. */
export class SampleFileReader {
  private readonly descriptor: number;
  private readonly lists: Readonly<Record<SampleSide, FileList>>;

  /** `visit` sees every sample once, in the order of the file; what it throws ends the opening. */
  constructor(path: string, visit: (sample: Sample) => void) {
    this.descriptor = openSync(path, 'r');
    this.lists = { train: new FileList(this.descriptor), val: new FileList(this.descriptor) };
    try {
      for (const { text, start, end } of linesOf(this.descriptor)) {
        const sample = sampleSchema.parse(JSON.parse(text));
        visit(sample);
        this.lists[sample.side].add(sample.imageId, start, end);
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get train(): SampleList {
    return this.lists.train;
  }

  get val(): SampleList {
    return this.lists.val;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

class FileList implements SampleList {
  readonly imageIds: number[] = [];
  private readonly places: number[] = [];

  constructor(private readonly descriptor: number) {}

  get length(): number {
    return this.imageIds.length;
  }

  add(imageId: number, start: number, end: number): void {
    this.imageIds.push(imageId);
    this.places.push(start, end);
  }

  at(index: number): Sample {
    const [start, end] = [this.places[2 * index], this.places[2 * index + 1]];
    if (start === undefined || end === undefined) throw new Error(`there is no sample ${index}`);
    const bytes = Buffer.allocUnsafe(end - start);
    if (readSync(this.descriptor, bytes, 0, bytes.length, start) !== bytes.length) throw new Error(`sample ${index} is cut off`);
    return sampleSchema.parse(JSON.parse(bytes.toString('utf8')));
  }
}

function* linesOf(descriptor: number): Generator<{ readonly text: string; readonly start: number; readonly end: number }> {
  const size = fstatSync(descriptor).size;
  let rest = Buffer.alloc(0);
  let restStart = 0;
  for (let at = 0; at < size; ) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - at));
    const bytesRead = readSync(descriptor, chunk, 0, chunk.length, at);
    if (bytesRead === 0) throw new Error('the file of samples is cut off');
    at += bytesRead;
    const whole = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let from = 0;
    for (let end = whole.indexOf(NEWLINE); end >= 0; end = whole.indexOf(NEWLINE, from)) {
      yield { text: whole.toString('utf8', from, end), start: restStart + from, end: restStart + end };
      from = end + 1;
    }
    rest = whole.subarray(from);
    restStart += from;
  }
}
