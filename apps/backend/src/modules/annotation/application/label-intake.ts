import { canonicalJson, type ClassTable, type JsonObject } from '@app/dice-format';
import { DomainError, newId, type Finding } from '@app/kernel';
import { currentTraceparent } from '@app/observability';
import { Injectable } from '@nestjs/common';
import { AccessPolicy } from '../../../platform/auth/access-policy.js';
import type { Principal } from '../../../platform/auth/principal.js';
import { RequestContext } from '../../../platform/context/request-context.js';
import type { DatasetFacts } from '../../dataset/index.js';
import { AnnotationDocument, type DocumentEdit } from '../domain/annotation-document.js';
import type { DocumentPatch, ObjectsPatch } from '../domain/document-patch.js';
import type { LabelObject, LabelState } from '../domain/label-object.js';
import { AnnotationWriter } from './annotation-writer.js';
import { DiceLabelRules } from './dice-label-rules.js';
import type { StoredLabels } from './ports/annotation-store.port.js';

/** Labels of one image, from a file of another tool, in the terms of the dataset's task. */
export interface IntakeLabels {
  readonly number: number;
  readonly width: number;
  readonly height: number;
  /** Bodies as the API takes them, without ids. */
  readonly bodies: readonly JsonObject[];
  /** Of a semantic mask. */
  readonly layers: readonly { readonly class_id: number; readonly counts: string }[];
  readonly noObject: boolean;
  readonly reviewed: boolean;
}

/** `kept`: it had labels, and they were to stay. `refused`: something changed since the check. */
export type IntakeOutcome = { readonly status: 'changed' | 'unchanged' | 'kept' } | { readonly status: 'refused'; readonly findings: readonly Finding[] };

/** What there was already is not written again. */
class Settled extends Error {
  constructor(readonly outcome: IntakeOutcome) {
    super('settled');
  }
}

const EMPTY: LabelState = { revision: 0, status: 'unlabeled', noObject: false, nextNumber: 1, objects: [] };

/** For other modules: labels of many images on behalf of one person, as new revisions. */
@Injectable()
export class LabelIntake {
  constructor(private readonly writer: AnnotationWriter) {}

  /** What would be wrong with these labels, by the rules of every edit; nothing is read or written. */
  check(labels: IntakeLabels, facts: DatasetFacts, classes: ClassTable): readonly Finding[] {
    try {
      applied(EMPTY, labels, { facts, classes, mayReview: false });
      return [];
    } catch (error) {
      if (error instanceof DomainError && error.code === 'validation-failed') return error.findings;
      throw error;
    }
  }

  /**
   * One outcome an image, in their order, once all are committed. Objects that are as before keep their ids, and an image whose labels are as before gets no
   * revision: the same file twice changes nothing. Throws what concerns them all: the dataset is gone, the database is away.
   */
  async write(principal: Principal, facts: DatasetFacts, batch: readonly IntakeLabels[], onLabeled: 'replace' | 'skip'): Promise<readonly IntakeOutcome[]> {
    const mayReview = AccessPolicy.mayDataset(principal, 'review', facts);
    const origin = { correlationId: RequestContext.current()?.correlationId, traceparent: currentTraceparent() };
    const written = batch.map(async (labels): Promise<IntakeOutcome> => {
      const decide = (current: StoredLabels, classes: ClassTable): DocumentEdit => decided(current, labels, { facts, classes, mayReview, onLabeled });
      try {
        await this.writer.submit(facts.id, { number: labels.number, actor: principal.userId, reason: 'import', ...origin, decide });
        return { status: 'changed' };
      } catch (error) {
        return outcomeOf(error);
      }
    });
    // All of them: what was committed is told even where one failed for all.
    const settled = await Promise.allSettled(written);
    return settled.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
  }
}

function outcomeOf(error: unknown): IntakeOutcome {
  if (error instanceof Settled) return error.outcome;
  if (error instanceof DomainError && (error.code === 'validation-failed' || error.code === 'not-found' || error.code === 'forbidden')) {
    return { status: 'refused', findings: error.findings.length > 0 ? error.findings : [{ code: error.code, message: error.detail }] };
  }
  throw error;
}

interface Rules {
  readonly facts: DatasetFacts;
  readonly classes: ClassTable;
  readonly mayReview: boolean;
}

function decided(current: StoredLabels, labels: IntakeLabels, rules: Rules & { readonly onLabeled: 'replace' | 'skip' }): DocumentEdit {
  const { state, width, height } = current;
  if (width !== labels.width || height !== labels.height) throw new DomainError('validation-failed', 'The image was replaced by one of another size.');
  const isLabeled = state.objects.length > 0 || state.noObject;
  if (isLabeled && rules.onLabeled === 'skip') throw new Settled({ status: 'kept' });
  const fresh = applied(EMPTY, labels, rules).document.state;
  const known = matches(state.objects, fresh.objects);
  const isSame = known.every((one) => one !== undefined) && state.objects.length === fresh.objects.length && state.noObject === fresh.noObject;
  if (isSame && (state.status === fresh.status || state.status === 'reviewed')) throw new Settled({ status: 'unchanged' });
  return applied(state, { ...labels, bodies: labels.bodies.map((body, index) => identified(body, known[index])) }, rules);
}

function identified(body: JsonObject, known: LabelObject | undefined): JsonObject {
  return known === undefined ? { ...body, source: 'import' } : { ...body, id: known.id };
}

function applied(state: LabelState, labels: IntakeLabels, { facts, classes, mayReview }: Rules): DocumentEdit {
  const { width, height, noObject, reviewed } = labels;
  const rules = new DiceLabelRules({ taskType: facts.taskType, multiLabel: facts.multiLabel, classes, width, height });
  const patch: DocumentPatch = { objects: objectsOf(labels, rules), noObject, ...(reviewed && mayReview ? { status: 'reviewed' } : {}) };
  return new AnnotationDocument(state).apply(patch, { rules, mayReview, newId });
}

function objectsOf({ bodies, layers, width, height }: IntakeLabels, { single, masked }: DiceLabelRules): ObjectsPatch {
  if (masked) return { form: 'annotation', body: { mask: { size: [height, width], classes: layers } } };
  if (single && bodies.length < 2) return { form: 'annotation', body: bodies[0] ?? null };
  return { form: 'annotations', bodies };
}

/** For each new object the old one that says the same, each old one once. */
function matches(old: readonly LabelObject[], fresh: readonly LabelObject[]): (LabelObject | undefined)[] {
  const byText = new Map<string, LabelObject[]>();
  for (const one of old) byText.set(textOf(one), [...(byText.get(textOf(one)) ?? []), one]);
  return fresh.map((one) => byText.get(textOf(one))?.shift());
}

/** What it says, without which one it is, and whoever said it. */
function textOf({ id: _, number: __, source: ___, score: ____, model: _____, ...rest }: LabelObject): string {
  return canonicalJson(rest);
}
