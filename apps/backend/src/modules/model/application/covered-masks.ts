import { maskSpans } from '@app/dice-format';
import { Injectable } from '@nestjs/common';
import { ProposedLabels } from '../../annotation/index.js';
import { isCovered, type Spans } from '../domain/mask-overlap.js';
import { SuggestionStore } from './ports/suggestion-store.port.js';

/**
 * Which proposed masks have nothing left to fill. A mask that somebody takes over becomes part of the layer of its class and leaves no object of its own, so
 * that the pixels have to tell.
 */
@Injectable()
export class CoveredMasks {
  constructor(
    private readonly suggestions: SuggestionStore,
    private readonly labels: ProposedLabels,
  ) {}

  /** Ids of suggestions for these images; none where nothing is proposed in masks. */
  async of(datasetId: string, numbers: readonly number[]): Promise<readonly string[]> {
    const masks = await this.suggestions.masks(datasetId, numbers);
    const covered: string[] = [];
    for (const number of new Set(masks.map((one) => one.number))) {
      const { state, width, height } = await this.labels.labels(datasetId, number);
      const layers = state.objects.flatMap((object) => {
        const spans = spansOf(object, width * height);
        return spans === undefined ? [] : [spans];
      });
      const of = masks.filter((one) => one.number === number);
      covered.push(...of.filter((one) => isCovered(spansOf(one, width * height) ?? [], layers)).map((one) => one.id));
    }
    return covered;
  }
}

/** Of the layer of a semantic mask in an image of so many pixels; undefined for any other object. */
export function spansOf({ counts }: Readonly<Record<string, unknown>>, pixels: number): Spans | undefined {
  return typeof counts === 'string' ? (maskSpans(counts, pixels) ?? []) : undefined;
}
