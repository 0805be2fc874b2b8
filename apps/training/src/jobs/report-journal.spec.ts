import { trainingCompletedV1, trainingProgressedV1 } from '@app/contracts';
import { DomainError, newId } from '@app/kernel';
import { afterEach, describe, expect, it } from 'vitest';
import { ReportPublisher, type PreparedReport, type ReportFacts } from '../backend-client/report-publisher.port.js';
import { silentLog } from '../training-log.js';
import { ReportJournal } from './report-journal.js';

const attempt = { job_id: newId(), attempt: 1, fencing_token: newId() };

/** A broker and a backend behind it, in memory: what is sent takes effect in order unless told otherwise. */
class Wire extends ReportPublisher {
  readonly sent: PreparedReport[] = [];
  readonly applied: unknown[] = [];
  brokerIsAway = false;
  backendIsAway = false;
  losesEverything = false;
  isStale = false;
  seen = 0;

  prepare(facts: ReportFacts): PreparedReport {
    return { id: newId(), type: facts.definition.subject, data: facts.data };
  }

  send(report: PreparedReport): Promise<void> {
    if (this.brokerIsAway) return Promise.reject(new DomainError('unavailable', 'away'));
    this.sent.push(report);
    const { sequence } = report.data as { sequence: number };
    if (!this.losesEverything && sequence === this.seen + 1) {
      this.seen = sequence;
      this.applied.push(report.data);
    }
    return Promise.resolve();
  }

  reconnected: () => void = () => undefined;
  onReconnect(listener: () => void): () => void {
    this.reconnected = listener;
    return () => void (this.reconnected = (): void => undefined);
  }

  seenSequence(): Promise<number> {
    if (this.isStale) return Promise.reject(new DomainError('stale-attempt', 'another worker'));
    return this.backendIsAway ? Promise.reject(new DomainError('unavailable', 'away')) : Promise.resolve(this.seen);
  }
}

let journal: ReportJournal | undefined;
afterEach(async () => {
  await journal?.close();
});

function open(wire: Wire, onFenced?: () => void): ReportJournal {
  journal = new ReportJournal({
    attempt,
    backend: wire,
    publisher: wire,
    log: silentLog,
    onFenced,
    options: { confirmMilliseconds: 20, resendAfterMilliseconds: 60, retryMilliseconds: { first: 5, most: 20 } },
  });
  return journal;
}
const progress = (epoch: number, replaceable = false, log: string[] = []): Parameters<ReportJournal['add']>[0] => ({ definition: trainingProgressedV1, data: { epoch, log }, replaceable });
const sequencesOf = (wire: Wire): number[] => wire.applied.map((one) => (one as { sequence: number }).sequence);
const until = async (isTrue: () => boolean): Promise<void> => {
  for (let tries = 0; !isTrue(); tries += 1) {
    if (tries > 400) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe('ReportJournal', () => {
  it('numbers reports from 1 without a gap, names the attempt, and forgets what took effect', async () => {
    const wire = new Wire();
    const reports = open(wire);
    for (let epoch = 1; epoch <= 5; epoch += 1) reports.add(progress(epoch));
    expect(await reports.whenSeen(2_000)).toBe(true);
    expect(sequencesOf(wire)).toEqual([1, 2, 3, 4, 5]);
    expect(wire.applied[0]).toMatchObject({ ...attempt, sequence: 1, epoch: 1 });
    expect(reports.outstanding).toBe(0);
  });

  it('keeps everything while the broker is away and delivers it in order', async () => {
    const wire = new Wire();
    wire.brokerIsAway = true;
    const reports = open(wire);
    for (let epoch = 1; epoch <= 20; epoch += 1) reports.add(progress(epoch));
    expect(await reports.whenSent(60)).toBe(false);
    wire.brokerIsAway = false;
    expect(await reports.whenSeen(2_000)).toBe(true);
    expect(sequencesOf(wire)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it('lets the newest progress stand for older ones that wait, with the log lines of all', async () => {
    const wire = new Wire();
    wire.brokerIsAway = true;
    const reports = open(wire);
    reports.add(progress(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (let step = 1; step <= 50; step += 1) reports.add(progress(1, true, [`step ${step}`]));
    reports.add({ definition: trainingCompletedV1, data: {} });
    wire.brokerIsAway = false;
    expect(await reports.whenSeen(2_000)).toBe(true);
    expect(wire.applied).toHaveLength(3);
    expect((wire.applied[1] as { log: string[] }).log).toHaveLength(50);
  });

  it('sends again, under the same ids, what a broker without its disk has lost', async () => {
    const wire = new Wire();
    wire.losesEverything = true;
    const reports = open(wire);
    reports.add(progress(1));
    reports.add(progress(2));
    await until(() => wire.sent.length === 2);
    wire.losesEverything = false;
    expect(await reports.whenSeen(2_000)).toBe(true);
    expect(sequencesOf(wire)).toEqual([1, 2]);
    const ids = wire.sent.map((one) => one.id);
    expect(new Set(ids).size).toBe(2);
    expect(ids.length).toBeGreaterThanOrEqual(4);
  });

  it('sends the oldest first when the broker comes back, whatever the backend says', async () => {
    const wire = new Wire();
    wire.losesEverything = true;
    wire.backendIsAway = true;
    const reports = open(wire);
    reports.add(progress(1));
    reports.add(progress(2));
    await until(() => wire.sent.length === 2);
    wire.losesEverything = false;
    reports.add(progress(3));
    wire.reconnected();
    await until(() => wire.applied.length === 3);
    expect(sequencesOf(wire)).toEqual([1, 2, 3]);
    expect(reports.outstanding).toBe(3);
  });

  it('does not take a backend that is away for a loss', async () => {
    const wire = new Wire();
    wire.backendIsAway = true;
    const reports = open(wire);
    reports.add(progress(1));
    expect(await reports.whenSeen(300)).toBe(false);
    expect(wire.sent).toHaveLength(1);
    wire.backendIsAway = false;
    expect(await reports.whenSeen(2_000)).toBe(true);
    expect(wire.sent).toHaveLength(1);
  });

  it('falls silent when the attempt belongs to another worker', async () => {
    const wire = new Wire();
    wire.isStale = true;
    let fenced = 0;
    const reports = open(wire, () => void (fenced += 1));
    reports.add(progress(1));
    expect(await reports.whenSeen(2_000)).toBe(false);
    expect([fenced, reports.isFenced, reports.outstanding]).toEqual([1, true, 0]);
    reports.add(progress(2));
    expect(reports.outstanding).toBe(0);
    expect(wire.sent).toHaveLength(1);
  });
});
