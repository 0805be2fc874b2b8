/** US dollars. Defaults are R2's of standard storage. */
export interface Prices {
  /** For 10^9 bytes that lie for a month. */
  readonly storageGbMonth: number;
  readonly classAMillion: number;
  readonly classBMillion: number;
  /** For 10^9 bytes that leave the store. */
  readonly egressGb: number;
}

export interface Requests {
  readonly classA: number;
  readonly classB: number;
}

const GB = 1e9;
const MILLION = 1e6;

export const storageUsd = ({ storageGbMonth }: Prices, bytes: number): number => rounded((bytes / GB) * storageGbMonth);

export const requestsUsd = ({ classAMillion, classBMillion }: Prices, { classA, classB }: Requests): number => rounded((classA * classAMillion + classB * classBMillion) / MILLION);

export const egressUsd = ({ egressGb }: Prices, bytes: number): number => rounded((bytes / GB) * egressGb);

/** To a billionth of a dollar: one read is 0.36 millionths. */
export const rounded = (usd: number): number => Number(usd.toFixed(9));

/**
 * What the requests of a whole month would be if it went on like its days so far. Early in the month little is known: the first day counts as a whole one.
 */
export function monthForecast(requests: Requests, now: Date): Requests {
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  const begun = Date.UTC(year, month, 1);
  const days = (Date.UTC(year, month + 1, 1) - begun) / 86_400_000;
  const gone = Math.max(1, (now.getTime() - begun) / 86_400_000);
  return { classA: Math.round((requests.classA * days) / gone), classB: Math.round((requests.classB * days) / gone) };
}
