/** What a comparison is of: the jobs, as text so that the address can be read and shared, and what runs along the x axis. */
export interface RunsSearch {
  readonly jobs?: string;
  readonly x?: RunsAxis;
}
export type RunsAxis = 'epoch' | 'seconds';

export const FEWEST_RUNS = 2;
export const MOST_RUNS = 5;
const LONGEST_TEXT = 2_000;
const JOB_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads an address; `epoch` is what counts without a word. */
export function runsSearch(search: Readonly<Record<string, unknown>>): RunsSearch {
  const jobs = search['jobs'];
  return { jobs: typeof jobs === 'string' && jobs !== '' ? jobs.slice(0, LONGEST_TEXT) : undefined, x: search['x'] === 'seconds' ? 'seconds' : undefined };
}

export interface ChosenRuns {
  readonly ids: readonly string[];
  /** Words of the address that are no job's id. */
  readonly unreadable: readonly string[];
  /** Ids after the last that there is room for. */
  readonly beyond: readonly string[];
}

/** The ids of an address, each once, in their order. */
export function chosenRuns(jobs: string | undefined): ChosenRuns {
  const words = [...new Set((jobs ?? '').split(',').map((one) => one.trim().toLowerCase()))].filter((one) => one !== '');
  const ids = words.filter((one) => JOB_ID.test(one));
  return { ids: ids.slice(0, MOST_RUNS), unreadable: words.filter((one) => !JOB_ID.test(one)), beyond: ids.slice(MOST_RUNS) };
}

/** Chosen or not any more; the same list when there is no room for another. */
export function toggledRun(ids: readonly string[], id: string): readonly string[] {
  if (ids.includes(id)) return ids.filter((one) => one !== id);
  return ids.length < MOST_RUNS ? [...ids, id] : ids;
}
