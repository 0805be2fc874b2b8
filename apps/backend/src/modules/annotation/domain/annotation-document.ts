import { DomainError, type Finding } from '@app/kernel';
import type { DocumentPatch } from './document-patch.js';
import { editObjects } from './edit-objects.js';
import { changesBetween, type LabelState, type LabelStatus, type ObjectChange } from './label-object.js';
import type { LabelRules, Report } from './label-rules.port.js';
import { ObjectDraft } from './object-draft.js';

/** Objects of one image. */
export const MAX_OBJECTS = 10_000;
/** Findings that are kept; the answer shows as many. */
const MAX_FINDINGS = 1_000;

export interface PatchContext {
  readonly rules: LabelRules;
  /** Whether who asks may review. */
  readonly mayReview: boolean;
  newId(): string;
}

/** The next revision, and what it changes. */
export interface DocumentEdit {
  readonly document: AnnotationDocument;
  readonly changes: readonly ObjectChange[];
  /** Objects or no_object are others than before. */
  readonly relabeled: boolean;
  /** Somebody reviewed it by this. */
  readonly reviewed: boolean;
}

/** The labels of one image at one revision. Never changes; `apply` makes the next. */
export class AnnotationDocument {
  constructor(readonly state: LabelState) {}

  /**
   * The next revision. Throws `validation-failed` with everything that is wrong, or `forbidden` where the patch reviews, or takes a review back,
   * and who asks may not.
   */
  apply(patch: DocumentPatch, context: PatchContext): DocumentEdit {
    const findings: Finding[] = [];
    const report: Report = (code, message, pointer) => void (findings.length < MAX_FINDINGS && findings.push({ code, message, pointer }));
    const draft = new ObjectDraft(this.state.objects, this.state.nextNumber, { ...context, report });
    if (patch.objects !== undefined) editObjects(draft, patch.objects, { rules: context.rules, report, newId: () => context.newId() });
    if (draft.size > MAX_OBJECTS) report('out-of-range', `An image has at most ${MAX_OBJECTS} objects.`, `/${patch.objects?.form ?? ''}`);
    const { objects } = draft;
    if (findings.length === 0) context.rules.check(objects, report);
    const noObject = this.noObjectOf(patch, objects.length, report);
    const changes = changesBetween(this.state.objects, objects);
    const relabeled = changes.length > 0 || noObject !== this.state.noObject;
    const status = this.statusOf(patch, { labeled: objects.length > 0 || noObject, relabeled }, report);
    if (findings.length > 0) throw new DomainError('validation-failed', 'The labels cannot be changed like this; every finding is listed.', { findings });
    this.checkReview({ status, asked: patch.status, relabeled }, context);
    const document = new AnnotationDocument({ revision: this.state.revision + 1, status, noObject, nextNumber: draft.nextNumber, objects });
    return { document, changes, relabeled, reviewed: patch.status === 'reviewed' };
  }

  private noObjectOf(patch: DocumentPatch, count: number, report: Report): boolean {
    if (patch.noObject === true && count > 0) report('has-objects', 'An image with objects is not without: remove them, or leave no_object out.', '/no_object');
    return patch.noObject ?? (count === 0 && this.state.noObject);
  }

  /** A review is of what was there: a change of labels ends it. */
  private statusOf(patch: DocumentPatch, now: { labeled: boolean; relabeled: boolean }, report: Report): LabelStatus {
    if (patch.status === 'unlabeled' && now.labeled) report('status-conflict', 'An image with labels, or with no_object, is not unlabeled.', '/status');
    if (patch.status !== undefined && patch.status !== 'unlabeled' && !now.labeled) report('status-conflict', 'There are no labels: send them, or no_object when there is nothing to label.', '/status');
    if (!now.labeled) return 'unlabeled';
    return patch.status ?? (this.state.status === 'reviewed' && !now.relabeled ? 'reviewed' : 'labeled');
  }

  private checkReview(asked: { status: LabelStatus; asked: LabelStatus | undefined; relabeled: boolean }, context: PatchContext): void {
    const takenBack = this.state.status === 'reviewed' && asked.asked !== undefined && asked.asked !== 'reviewed' && !asked.relabeled;
    if ((asked.asked === 'reviewed' || takenBack) && !context.mayReview) {
      throw new DomainError('forbidden', 'Your role in this dataset does not allow to review. Ask an owner of the dataset for a higher role.');
    }
  }
}
