/** Waits; an abort ends the wait at once with the signal's reason. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Pauses between tries: doubling from `firstMilliseconds`, at most `mostMilliseconds`, a fifth of it at random so that workers do not beat in time. */
export function backoffMilliseconds(failures: number, limits: { readonly firstMilliseconds: number; readonly mostMilliseconds: number }): number {
  const grown = Math.min(limits.mostMilliseconds, limits.firstMilliseconds * 2 ** Math.min(failures, 20));
  return grown * (0.8 + Math.random() * 0.4);
}
