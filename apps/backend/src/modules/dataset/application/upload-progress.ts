import { DomainError, type Finding } from '@app/kernel';
import type { UploadSessions, UploadState } from './ports/upload-sessions.port.js';

/** Between two writes of the progress: often enough for a bar, seldom enough for the database. */
const WRITE_EVERY_MILLISECONDS = 500;

/** Notes how far an upload is, at most twice a second; also the sign that its process lives. */
export class UploadProgress {
  private checkedEntries = 0;
  private totalEntries: number | null = null;
  private datasetId: string | null = null;
  private writing: Promise<void> = Promise.resolve();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly sessions: UploadSessions,
    private readonly id: string,
    private receivedBytes = 0,
  ) {
    this.timer = setInterval(() => this.write({}), WRITE_EVERY_MILLISECONDS);
  }

  /** Passes the bytes on and counts them. */
  async *count(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of body) {
      this.receivedBytes += chunk.byteLength;
      yield chunk;
    }
  }

  checked(checkedEntries: number, totalEntries: number): void {
    this.checkedEntries = checkedEntries;
    this.totalEntries = totalEntries;
  }

  /** From here on something may lie in the bucket under this id. */
  async registering(datasetId: string): Promise<void> {
    this.datasetId = datasetId;
    await this.writing;
    // The sweeper must know the id before the first byte is there: this write may not be lost.
    if (!(await this.sessions.update(this.id, { ...this.facts(), state: 'registering' }))) {
      throw new DomainError('unavailable', 'The upload was silent for too long and was given up. Send it again.');
    }
  }

  async to(state: UploadState): Promise<void> {
    this.write({ state });
    await this.writing;
  }

  async refused(code: string, findings: readonly Finding[]): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    await this.sessions.update(this.id, { ...this.facts(), state: 'refused', code, findings });
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Stops, and waits for the note that is on its way: none comes after it. */
  async settled(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
  }

  private write(change: { state?: UploadState }): void {
    // In order, and a write that fails (the database is away for a moment) is made good by the next.
    this.writing = this.writing.then(async () => void (await this.sessions.update(this.id, { ...this.facts(), ...change }))).catch(() => undefined);
  }

  private facts(): { receivedBytes: number; checkedEntries: number; totalEntries: number | null; datasetId: string | null } {
    return { receivedBytes: this.receivedBytes, checkedEntries: this.checkedEntries, totalEntries: this.totalEntries, datasetId: this.datasetId };
  }
}
