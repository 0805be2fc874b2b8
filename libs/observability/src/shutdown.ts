import type { Logger } from 'pino';

/** One step of a shutdown. Steps run in the order given; one that fails or takes too long does not keep the next from running. */
export interface ShutdownStep {
  readonly name: string;
  readonly run: () => Promise<unknown> | unknown;
  /** How long it may take. Default 5,000. */
  readonly budgetMilliseconds?: number;
}

export interface ShutdownOptions {
  readonly steps: readonly ShutdownStep[];
  readonly logger?: Pick<Logger, 'info' | 'warn'>;
  /** Replaced in tests. */
  readonly exit?: (code: number) => void;
}

export interface Shutdown {
  /** Begins it from inside, for example after a fatal error; a second call changes nothing. */
  stop(reason: string, exitCode?: number): Promise<void>;
  /** Takes the listeners away again. */
  uninstall(): void;
}

/**
 * Stops the process in order on SIGTERM, SIGINT and on `disconnect`, the end of the channel to a launcher that is gone. Exit code 0 when
 * asked to stop; a second signal ends it at once with 130.
 */
export function installShutdown(options: ShutdownOptions): Shutdown {
  const exit = options.exit ?? ((code: number): void => process.exit(code));
  let running: Promise<void> | undefined;
  const stop = (reason: string, exitCode = 0): Promise<void> => {
    running ??= runSteps(reason, options).then(() => exit(exitCode));
    return running;
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (running !== undefined) exit(130);
    else void stop(signal);
  };
  const onDisconnect = (): void => void stop('the launcher is gone');
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal).on('disconnect', onDisconnect);
  if (launcherIsGone()) onDisconnect();
  return {
    stop,
    uninstall: () => void process.off('SIGTERM', onSignal).off('SIGINT', onSignal).off('disconnect', onDisconnect),
  };
}

/** Whether this process had a launcher that is not there any more: it may go while this one is still loading, before anybody listens for `disconnect`. */
export const launcherIsGone = (): boolean => process.connected === false;

async function runSteps(reason: string, options: ShutdownOptions): Promise<void> {
  options.logger?.info(`Stopping (${reason}).`);
  for (const step of options.steps) {
    const budget = step.budgetMilliseconds ?? 5_000;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`took longer than ${budget} ms`)), budget);
    });
    try {
      await Promise.race([Promise.resolve().then(step.run), late]);
    } catch (error) {
      options.logger?.warn(`Stopping ${step.name}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      clearTimeout(timer);
    }
  }
}
