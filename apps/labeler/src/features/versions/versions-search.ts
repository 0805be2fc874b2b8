import type { Side } from '../../api/version-queries.js';

/** Two sides that are compared. */
export interface VersionsSearch {
  readonly from?: Side;
  readonly to?: Side;
}

const LARGEST_VERSION = 2_147_483_647;

/** Reads an address; what is no version is left out. */
export function versionsSearch(search: Readonly<Record<string, unknown>>): VersionsSearch {
  return { from: sideOf(search['from']), to: sideOf(search['to']) };
}

export function sideOf(value: unknown): Side | undefined {
  if (value === 'live') return 'live';
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LARGEST_VERSION ? value : undefined;
}
