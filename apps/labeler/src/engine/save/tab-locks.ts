/** Which tabs are there: each holds a lock as long as it lives, which the browser lets go of however the tab ends. */
export interface TabLocks {
  readonly id: string;
  /** Runs `work` when the tab is gone, and no other tab does the same at the moment. */
  ifGone(tabId: string, work: () => Promise<void>): Promise<void>;
}

const nameOf = (tabId: string): string => `vision-tab-${tabId}`;

/** By the Web Locks of the browser. */
export class BrowserTabLocks implements TabLocks {
  private release: (() => void) | null = null;

  private constructor(
    readonly id: string,
    private readonly locks: LockManager,
  ) {}

  /** Resolves once the lock is held. */
  static async hold(id: string, locks: LockManager = navigator.locks): Promise<BrowserTabLocks> {
    const tab = new BrowserTabLocks(id, locks);
    await new Promise<void>((held, failed) => {
      locks
        .request(nameOf(id), () => {
          held();
          return new Promise<void>((resolve) => (tab.release = resolve));
        })
        .catch(failed);
    });
    return tab;
  }

  async ifGone(tabId: string, work: () => Promise<void>): Promise<void> {
    await this.locks.request(nameOf(tabId), { ifAvailable: true }, async (lock) => {
      if (lock !== null) await work();
    });
  }
  close(): void {
    this.release?.();
  }
}
