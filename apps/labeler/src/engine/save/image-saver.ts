import type { JsonObject } from '../model/label-object.js';
import { BackOff } from './back-off.js';
import type { LabelEdit, LabelState } from './label-state.js';
import { decide, type Choice, type MergeConflict } from './merge.js';
import { TIMING, type Attempt, type KeptEdit, type PatchAnswer, type Refusal, type SaverOptions, type SaveState, type SaveStatus, type Timing } from './save-types.js';

/** What follows an answer: the next request at once, nothing more for now, or a wait that somebody or something else ends. */
type Next = 'repeat' | 'done' | 'wait';

/**
 * Saves the labels of one image: every change is kept on the device before it is sent, one request is on its way at a time, and what somebody else
 * saved meanwhile is merged and sent again. Nothing is dropped but by the person's own decision.
 */
export class ImageSaver {
  private base: LabelState;
  private edit: LabelEdit;
  private attempt: Attempt | null;
  private conflicts: readonly MergeConflict[];
  private refusal: Refusal | null = null;
  private state: SaveState = 'saved';
  private dirtySince: number | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private running: Promise<void> | null = null;
  private again = false;
  private readonly timing: Timing;
  private readonly backOff: BackOff;

  constructor(
    readonly imageId: number,
    start: KeptEdit | LabelState,
    private readonly options: SaverOptions,
  ) {
    this.timing = { ...TIMING, ...options.timing };
    const { firstRetryMilliseconds, longestRetryMilliseconds } = this.timing;
    this.backOff = new BackOff({ firstMilliseconds: firstRetryMilliseconds, longestMilliseconds: longestRetryMilliseconds, random: options.random ?? Math.random });
    const kept = 'base' in start ? start : { base: start, edit: editOf(start), attempt: null, conflicts: [] };
    ({ base: this.base, edit: this.edit, attempt: this.attempt, conflicts: this.conflicts } = kept);
    if (this.isUnsaved()) this.state = 'dirty';
    else if (this.conflicts.length > 0) this.state = 'conflict';
  }

  get labels(): LabelEdit {
    return this.edit;
  }
  get status(): SaveStatus {
    return { state: this.state, conflicts: this.conflicts, refusal: this.refusal, revision: this.base.revision };
  }
  get serverState(): LabelState {
    return this.base;
  }

  /** The labels as the person has them now. */
  change(edit: LabelEdit): void {
    this.edit = edit;
    this.refusal = null;
    this.dirtySince ??= Date.now();
    // A pause that the server or the network asked for is kept, however much is drawn meanwhile.
    const pause = this.backOff.millisecondsLeft;
    if (this.running === null && pause === 0) this.become('dirty');
    void this.remember();
    const left = this.dirtySince + this.timing.mostMilliseconds - Date.now();
    this.schedule(Math.max(pause, Math.min(this.timing.quietMilliseconds, left)));
  }

  /** What another tab of this person left of the same image: merged like somebody else's. Resolves when it is kept here. */
  async absorb({ base, edit, conflicts }: KeptEdit): Promise<void> {
    const merge = this.options.codec.merge(base, edit, this.edit);
    this.collect([...conflicts, ...merge.conflicts]);
    this.show({ ...this.edit, ...merge.merged });
    this.change(this.edit);
    await this.remember();
  }

  /** Sends now what is not saved, and resolves when it is, or when it has to wait. */
  async flush(keepalive = false): Promise<void> {
    this.stopTimer();
    if (this.running !== null) {
      this.again = true;
      return this.running;
    }
    if (!this.isUnsaved()) return this.settle();
    this.running = this.work(keepalive).finally(() => {
      this.running = null;
    });
    await this.running;
  }

  /** Tries again after a refusal, a lost network or a new login. */
  async retry(): Promise<void> {
    this.refusal = null;
    this.backOff.reset();
    await this.flush();
  }

  /** Gives up what the server does not have. */
  async discard(): Promise<void> {
    this.stopTimer();
    this.attempt = null;
    this.conflicts = [];
    this.refusal = null;
    this.edit = editOf(this.base);
    this.options.onLabels(this.edit);
    await this.settle();
  }

  /** Decides a conflict, and saves what came of it. */
  decide(id: string, choice: Choice, newId: () => string): void {
    const conflict = this.conflicts.find((one) => one.id === id);
    if (conflict === undefined) return;
    this.conflicts = this.conflicts.filter((one) => one !== conflict);
    const next = decide(this.edit, conflict, choice, newId);
    this.options.onLabels(next);
    this.change(next);
    void this.flush();
  }

  /** The server's labels of a later revision, seen by an event or a new visit. */
  seen(document: JsonObject): void {
    const theirs = this.options.codec.read(document);
    if (theirs.revision <= this.base.revision || this.running !== null || this.attempt !== null) return;
    this.mergeWith(theirs);
    if (this.isUnsaved()) this.change(this.edit);
    else void this.settle();
  }

  /** Of the body that a flush would send now. */
  pendingBytes(): number {
    const body = this.attempt?.body ?? this.options.codec.patch(this.base, this.edit);
    return body === null ? 0 : JSON.stringify(body).length;
  }

  close(): void {
    this.stopTimer();
  }

  private async work(keepalive: boolean): Promise<void> {
    this.become('saving');
    for (let next: Next = 'repeat'; next === 'repeat' || this.again; ) {
      this.again = false;
      const attempt = this.attempt ?? this.newAttempt();
      if (attempt === null) break;
      this.attempt = attempt;
      await this.remember();
      next = this.take(attempt, await this.options.send({ imageId: this.imageId, revision: attempt.revision, key: attempt.key, body: attempt.body, keepalive }));
      if (next === 'wait') return this.remember();
    }
    await this.settle();
  }

  private newAttempt(): Attempt | null {
    const body = this.options.codec.patch(this.base, this.edit);
    return body === null ? null : { key: this.options.newKey(), revision: this.base.revision, body, edit: this.edit };
  }

  private take(attempt: Attempt, answer: PatchAnswer): Next {
    if (answer.kind !== 'unreachable') this.backOff.reset();
    switch (answer.kind) {
      case 'saved':
        this.attempt = null;
        this.adopt(attempt, this.options.codec.read(answer.document));
        return 'done';
      case 'stale':
        this.attempt = null;
        this.mergeWith(this.options.codec.read(answer.current));
        return 'repeat';
      case 'refused':
        this.attempt = null;
        this.refusal = { status: answer.status, code: answer.code, detail: answer.detail };
        this.become('rejected');
        return 'wait';
      case 'logged-out':
        this.become('logged-out');
        return 'wait';
      case 'unreachable':
        this.become('offline');
        this.schedule(this.backOff.pause(answer.retryAfterSeconds));
        return 'wait';
    }
  }

  /** The server has what was sent, in its own form. What was done meanwhile stands on that. */
  private adopt(attempt: Attempt, saved: LabelState): void {
    const sent = attempt.edit;
    const { status: wanted, ...now } = this.edit;
    // Where both differ, it is the server's form of a number against a newer edit: the edit counts.
    const mine = this.options.codec.merge({ ...saved, objects: sent.objects, noObject: sent.noObject }, now, saved);
    const edit = mine.conflicts.reduce((all, conflict) => decide(all, conflict, 'mine', () => conflict.id), mine.merged);
    this.base = saved;
    // A status that was asked for is done with, unless it was asked for meanwhile.
    this.show({ ...edit, ...(wanted === undefined || wanted === sent.status ? {} : { status: wanted }) });
  }

  private mergeWith(theirs: LabelState): void {
    const { merged, conflicts } = this.options.codec.merge(this.base, this.edit, theirs);
    this.base = theirs;
    this.collect(conflicts);
    this.show(merged);
  }
  private collect(conflicts: readonly MergeConflict[]): void {
    const known = new Set(conflicts.map((one) => one.id));
    this.conflicts = [...this.conflicts.filter((one) => !known.has(one.id)), ...conflicts];
  }

  private show(edit: LabelEdit): void {
    const isOther = this.options.codec.patch({ ...this.base, objects: this.edit.objects, noObject: this.edit.noObject }, { objects: edit.objects, noObject: edit.noObject }) !== null;
    this.edit = edit;
    if (isOther) this.options.onLabels(edit);
  }

  private isUnsaved(): boolean {
    return this.attempt !== null || this.options.codec.patch(this.base, this.edit) !== null;
  }

  private async settle(): Promise<void> {
    this.dirtySince = null;
    if (this.isUnsaved()) {
      // Changed while a request was on its way, or behind one that had to be repeated.
      this.dirtySince = Date.now();
      if (this.timer === null) this.schedule(this.timing.quietMilliseconds);
      return this.become('dirty');
    }
    await this.remember();
    if (!this.isUnsaved()) this.become(this.conflicts.length > 0 ? 'conflict' : 'saved');
  }

  private async remember(): Promise<void> {
    const hasAny = this.isUnsaved() || this.conflicts.length > 0;
    await this.options.keep(hasAny ? { base: this.base, edit: this.edit, attempt: this.attempt, conflicts: this.conflicts } : null);
  }

  private schedule(milliseconds: number): void {
    this.stopTimer();
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.flush();
    }, milliseconds);
  }
  private stopTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private become(state: SaveState): void {
    this.state = state;
    this.options.onStatus(this.status);
  }
}

export const editOf = ({ objects, noObject }: Pick<LabelState, 'objects' | 'noObject'>): LabelEdit => ({ objects, noObject });
