import type { TrainingLog } from '../training-log.js';

export interface TrainerLogOptions {
  /** Lines that may come at once. */
  readonly burst: number;
  readonly linesPerSecond: number;
  readonly now: () => number;
}

const DEFAULTS: TrainerLogOptions = { burst: 200, linesPerSecond: 20, now: () => performance.now() };
const MOST_CHARACTERS = 500;
// Escape sequences would reach the terminal of whoever reads the log.
 
const CONTROL = /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** What a trainer says, as lines of the job's log: cut, without control characters, and only so many a second. */
export class TrainerLog {
  private readonly options: TrainerLogOptions;
  private allowance: number;
  private filledAt: number;
  private leftOut = 0;
  /** The last one that says something, for a failure's sentence. */
  last = '';

  constructor(
    private readonly log: TrainingLog,
    options: Partial<TrainerLogOptions> = {},
  ) {
    this.options = { ...DEFAULTS, ...options };
    this.allowance = this.options.burst;
    this.filledAt = this.options.now();
  }

  add(text: string, level: 'info' | 'warn' | 'error' = 'info'): void {
    // A bar that is drawn over and over in one line counts as its last state.
    const line = (text.split('\r').findLast((part) => part.trim() !== '') ?? '').slice(0, 4 * MOST_CHARACTERS).replace(CONTROL, '').trimEnd().slice(0, MOST_CHARACTERS);
    if (line === '') return;
    this.last = line;
    if (!this.mayPass()) {
      this.leftOut += 1;
      return;
    }
    this.tellLeftOut();
    this.log[level](line);
  }

  /** Says at the end how many lines were left out. */
  end(): void {
    this.tellLeftOut();
  }

  private tellLeftOut(): void {
    if (this.leftOut > 0) this.log.warn(`${this.leftOut} lines of the trainer were left out: it says too much`);
    this.leftOut = 0;
  }

  private mayPass(): boolean {
    const { burst, linesPerSecond, now } = this.options;
    const at = now();
    this.allowance = Math.min(burst, this.allowance + ((at - this.filledAt) / 1000) * linesPerSecond);
    this.filledAt = at;
    if (this.allowance < 1) return false;
    this.allowance -= 1;
    return true;
  }
}
