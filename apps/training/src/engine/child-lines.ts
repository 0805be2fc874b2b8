import type { Readable } from 'node:stream';
import { boundedLines } from '../external/bounded-lines.js';
import { TrainerLog } from '../external/trainer-log.js';
import type { TrainingLog } from '../training-log.js';

const MOST_LINE_BYTES = 4096;

/** What a child process of ours says on its standard error (a native library that complains) as lines of the service's log, which name the work that it belongs to. */
export function relayLines(stream: Readable | null, log: TrainingLog): void {
  if (stream === null) return;
  const lines = new TrainerLog(log);
  const relay = async (): Promise<void> => {
    for await (const line of boundedLines(stream, MOST_LINE_BYTES)) lines.add(line ?? '(a line that was too long)', 'warn');
  };
  // The stream ends with the child, whose exit is told otherwise.
  relay().catch(() => undefined);
}
