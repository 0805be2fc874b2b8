import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '../../../platform/auth/principal.js';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { LabelWatchers, ProposedLabels, type ProposedObject } from '../../annotation/index.js';
import { isSameThing, type Comparable } from '../domain/same-thing.js';
import { CoveredMasks, spansOf } from './covered-masks.js';
import { ModelAccess } from './model-access.js';
import { SuggestionStore, type ShownSuggestion } from './ports/suggestion-store.port.js';

/** A suggestion as the labeler shows it. */
export interface SuggestionView {
  readonly suggestion: ShownSuggestion;
  /** In the form of the image's labels. */
  readonly object: Readonly<Record<string, unknown>>;
  /** Something of the same class is there already. */
  readonly duplicate: boolean;
}

/** What models propose for one image. Taking one is an ordinary edit of the labels that adds an object of its id. */
@Injectable()
export class SuggestionDesk implements OnModuleInit {
  private readonly logger = new Logger(SuggestionDesk.name);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly suggestions: SuggestionStore,
    private readonly access: ModelAccess,
    private readonly labels: ProposedLabels,
    private readonly watchers: LabelWatchers,
    private readonly covered: CoveredMasks,
  ) {}

  /** Edits that add or remove what a model proposed say so at once; one that a crash kept quiet is found when the image is looked at. */
  onModuleInit(): void {
    this.watchers.register((datasetId, edits) => {
      const numbers = edits.filter(({ changes }) => changes.some(({ before, after }) => isProposable(before) || isProposable(after))).map(({ before }) => before.number);
      if (numbers.length > 0) void this.settle(datasetId, numbers).catch((error: unknown) => this.logger.warn(`suggestions of ${datasetId}: ${String(error)}`));
    });
  }

  async of(principal: Principal, datasetId: string, number: number): Promise<readonly SuggestionView[]> {
    await this.access.dataset(principal, datasetId, 'read');
    const { state, width, height } = await this.labels.labels(datasetId, number);
    const there = state.objects.map((object) => comparableOf(object, width * height));
    const target = await this.labels.target(datasetId);
    const open = await this.suggestions.openOf(datasetId, number, await this.covered.of(datasetId, [number]));
    return open.map((suggestion) => {
      const proposed = suggestion.body as ProposedObject;
      const compared = comparableOf(proposed, width * height);
      return { suggestion, object: shownOf(this.labels.shown(proposed, target)), duplicate: there.some((one) => isSameThing(compared, one)) };
    });
  }

  /** Null: all of the image. Answers how many were open. */
  async reject(principal: Principal, at: { readonly datasetId: string; readonly number: number }, ids: readonly string[] | null): Promise<number> {
    await this.access.dataset(principal, at.datasetId, 'label');
    await this.labels.labels(at.datasetId, at.number);
    return this.unitOfWork.run(() => this.suggestions.reject(at.datasetId, at.number, ids));
  }

  private async settle(datasetId: string, numbers: readonly number[]): Promise<void> {
    await this.suggestions.settle(datasetId, numbers, await this.covered.of(datasetId, numbers));
  }
}

function comparableOf(object: ProposedObject, pixels: number): Comparable {
  const spans = spansOf(object, pixels);
  return { class_id: object.class_id, bbox: object['bbox'], ...(spans === undefined ? {} : { spans }) };
}

/** What a model made, and pixels, which do not say whether it did. */
const isProposable = (object: Readonly<Record<string, unknown>> | null | undefined): boolean => object?.['model'] !== undefined || typeof object?.['counts'] === 'string';

/** It has no number yet, and a model made it: whoever takes it over says so. */
function shownOf({ number: _, ...object }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...object, source: 'model' };
}
