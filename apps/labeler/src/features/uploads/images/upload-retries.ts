import { problemOf } from '../../../api/problem.js';

const FIRST_WAIT_MILLISECONDS = 1_000;
const LONGEST_WAIT_MILLISECONDS = 30_000;

/** Doubles from a second to half a minute. */
export const waitMilliseconds = (tries: number): number => Math.min(LONGEST_WAIT_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** Math.max(0, tries - 1));

/** No network, a server that is away or asks to wait: it may work another time. A refusal stays one. */
export function isWorthAnotherTry(error: unknown): boolean {
  const { status } = problemOf(error);
  return status === 0 || status === 429 || status === 408 || status >= 500;
}
