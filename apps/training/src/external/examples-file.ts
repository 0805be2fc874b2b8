import { createReadStream } from 'node:fs';
import { validationExampleSchema } from '@app/contracts';
import type { OutputFile } from '../engine/child/child-messages.js';
import { AttemptFailure } from '../jobs/attempt-errors.js';
import { boundedLines } from './bounded-lines.js';

/** As many as people page through; an engine of the platform writes no more. */
export const MOST_EXAMPLES = 200;
/** One image with a thousand objects and their shapes. */
const MOST_EXAMPLE_BYTES = 4 * 1024 * 1024;
const MOST_BYTES = 64 * 1024 * 1024;

/** Reads what a trainer says of validation images as the page will. Throws `trainer-protocol` for the first line that is none, for too many, and for too much. */
export async function assertExamples({ path, sizeBytes }: OutputFile): Promise<void> {
  if (sizeBytes > MOST_BYTES) throw broken(`have more than ${MOST_BYTES} bytes`);
  let count = 0;
  for await (const line of boundedLines(createReadStream(path), MOST_EXAMPLE_BYTES)) {
    count += 1;
    if (count > MOST_EXAMPLES) throw broken(`are more than ${MOST_EXAMPLES}`);
    const why = faultOf(line);
    if (why !== null) throw broken(`are wrong in line ${count}: ${why}`);
  }
}

function faultOf(line: string | null): string | null {
  if (line === null) return `it has more than ${MOST_EXAMPLE_BYTES} bytes`;
  const read = validationExampleSchema.safeParse(jsonOf(line));
  const issue = read.error?.issues[0];
  return issue === undefined ? null : `${issue.path.join('.')}: ${issue.message}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MOST_WORDS = 300;

function broken(why: string): AttemptFailure {
  return new AttemptFailure('trainer-protocol', `The trainer does not keep to the contract: its validation examples ${why.slice(0, MOST_WORDS)}.`, { retryable: false });
}
