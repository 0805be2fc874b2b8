export type FailpointHandler = (name: string, detail: string) => Promise<void>;

let handler: FailpointHandler | null = null;

/**
 * A named place where a test may break the process, such as between a commit and what follows it. Nothing happens without a handler.
 * `detail` narrows it to one case, such as an event's type. Rejects only when the handler was told to make it fail.
 */
export async function failpoint(name: string, detail = ''): Promise<void> {
  if (handler !== null) await handler(name, detail);
}

/** Sets what failpoints do in this process; null turns them off. For the adapter in libs/observability, which production refuses. */
export function handleFailpoints(next: FailpointHandler | null): void {
  handler = next;
}
