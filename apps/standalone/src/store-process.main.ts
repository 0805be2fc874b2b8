import { startObjectStore, type ObjectStoreOptions } from '@app/local-services';

/** The embedded object store as a process of its own: its work must not make the launcher slow, nor the other way round. */
async function main(options: ObjectStoreOptions): Promise<void> {
  const store = await startObjectStore({ ...options, log: (message) => void process.stderr.write(`${message}\n`) });
  const stop = (): void => void store.close().finally(() => process.exit(0));
  process.once('SIGTERM', stop).once('disconnect', stop);
  // It may have gone while the store was opened.
  if (process.connected === false) stop();
  process.send?.({ endpoint: store.endpoint });
}

process.once('message', (options: ObjectStoreOptions) => {
  main(options).catch((error: unknown) => {
    process.send?.({ error: error instanceof Error ? error.message : String(error) }, () => process.exit(1));
  });
});
