import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../platform/auth/principal.js';
import type { JsonObject, LabelObject } from '../domain/label-object.js';
import { sameValue } from '../domain/label-object.js';
import { objectAnswer, type Shown } from './annotation-answer.js';
import { AnnotationEditor } from './annotation-editor.js';
import { AnnotationReader } from './annotation-reader.js';
import { DiceLabelRules, isOneObject } from './dice-label-rules.js';
import type { StoredLabels } from './ports/annotation-store.port.js';
import { AnnotationStore } from './ports/annotation-store.port.js';

/** An object that a model proposes, as it would be stored; `number` has no meaning before it is taken. */
export type ProposedObject = LabelObject;

export type ProposalTarget = Omit<Shown, 'datasetId'>;

/** Who asks, for which image, and why: the reason stands in the history. */
export interface ProposalEdit {
  readonly principal: Principal;
  readonly datasetId: string;
  readonly number: number;
  readonly reason: string;
}

const NO_NUMBER = 1;

/** For other modules: objects that are no labels yet, held to the rules of labels, and made labels by ordinary edits. */
@Injectable()
export class ProposedLabels {
  constructor(
    private readonly store: AnnotationStore,
    private readonly reader: AnnotationReader,
    private readonly editor: AnnotationEditor,
  ) {}

  /** What proposals in the dataset are held to. Throws `not-found`. */
  async target(datasetId: string): Promise<ProposalTarget> {
    const [{ dataset }, classes] = [await this.store.read(datasetId, []), await this.store.classes(datasetId)];
    if (dataset === null || classes === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    return { taskType: dataset.taskType, multiLabel: dataset.multiLabel, classes: classes.table };
  }

  /** The object that a body describes; null where it could be no label of this image. */
  checked(body: JsonObject, proposal: { readonly id: string; readonly size: { readonly width: number; readonly height: number } }, target: ProposalTarget): ProposedObject | null {
    const rules = new DiceLabelRules({ ...target, ...proposal.size });
    return rules.read(body, { id: proposal.id, number: NO_NUMBER, source: 'manual' }, { pointer: '', report: () => undefined, known: undefined });
  }

  /** As the labels of an image show an object. */
  shown(object: LabelObject, target: ProposalTarget): JsonObject {
    return objectAnswer(object, target);
  }

  /** The labels as they are. Throws `not-found`. */
  async labels(datasetId: string, number: number): Promise<StoredLabels> {
    return this.reader.labels(datasetId, number);
  }

  /** Makes them labels of an image that nobody has labeled; false, and nothing, where somebody has. */
  async acceptOnUnlabeled(edit: ProposalEdit, objects: readonly ProposedObject[], target: ProposalTarget): Promise<boolean> {
    const { state, width, height } = await this.reader.labels(edit.datasetId, edit.number);
    if (state.status !== 'unlabeled' || objects.length === 0) return false;
    return this.edit(edit, state.revision, patchOf(objects, { width, height }, target));
  }

  /** Takes out those of the objects that are still as they were accepted, and that nobody has reviewed. Answers their ids. */
  async takeBack(edit: ProposalEdit, accepted: readonly ProposedObject[], target: ProposalTarget): Promise<readonly string[]> {
    const labels = await this.reader.labels(edit.datasetId, edit.number);
    const { state } = labels;
    if (state.status === 'reviewed') return [];
    const untouched = accepted.filter((one) => state.objects.some((object) => object.id === one.id && sameValue(bodyOf(object), bodyOf(one))));
    if (untouched.length === 0) return [];
    const ids = untouched.map((one) => one.id);
    const left = state.objects.filter((object) => !ids.includes(object.id));
    const masked = target.taskType === 'semantic_segmentation';
    const patch = masked ? patchOf(left, labels, target) : { objects: { form: 'changes' as const, changes: ids.map((id) => ({ id, after: null })) } };
    return (await this.edit(edit, state.revision, patch)) ? ids : [];
  }

  private async edit({ principal, datasetId, number, reason }: ProposalEdit, revision: number, patch: Parameters<AnnotationEditor['edit']>[0]['patch']): Promise<boolean> {
    try {
      await this.editor.edit({ principal, action: 'label', datasetId, number, patch, guard: { ifMatch: [revision] }, reason });
      return true;
    } catch (error) {
      // Somebody was faster: their work stands.
      if (error instanceof DomainError && error.code === 'version-conflict') return false;
      throw error;
    }
  }
}

/** Who took it over says little: the object itself is compared. */
function bodyOf({ id: _, number: __, source: ___, ...body }: LabelObject): JsonObject {
  return body;
}

function patchOf(objects: readonly ProposedObject[], { width, height }: { readonly width: number; readonly height: number }, target: ProposalTarget): Parameters<AnnotationEditor['edit']>[0]['patch'] {
  if (target.taskType === 'semantic_segmentation') {
    const layers = objects.map(withoutNumber);
    return { objects: { form: 'annotation', body: layers.length === 0 ? null : { mask: { size: [height, width], classes: layers } } } };
  }
  const [only] = objects;
  if (isOneObject(target) && only !== undefined) return { objects: { form: 'annotation', body: withoutNumber(only) } };
  return { objects: { form: 'changes', changes: objects.map((one) => ({ id: one.id, after: withoutNumber(one) })) } };
}

function withoutNumber({ number: _, ...body }: ProposedObject): JsonObject {
  return body;
}
