export interface Sample {
  readonly atMilliseconds: number;
  readonly bytes: number;
}

/** Long enough to be calm, short enough to follow a network that slows down. */
const WINDOW_MILLISECONDS = 8_000;
/** Below this the figure would jump. */
const SHORTEST_MILLISECONDS = 500;

/** The samples of the last seconds with this one added. */
export function addSample(samples: readonly Sample[], next: Sample): readonly Sample[] {
  return [...samples.filter((one) => one.atMilliseconds >= next.atMilliseconds - WINDOW_MILLISECONDS), next];
}

/** Bytes a second over the window; null while too little is known. */
export function rateOf(samples: readonly Sample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return null;
  const milliseconds = last.atMilliseconds - first.atMilliseconds;
  return milliseconds < SHORTEST_MILLISECONDS ? null : ((last.bytes - first.bytes) / milliseconds) * 1000;
}

export function secondsLeft(bytesLeft: number, rate: number | null): number | null {
  if (bytesLeft <= 0) return 0;
  return rate === null || rate <= 0 ? null : bytesLeft / rate;
}
