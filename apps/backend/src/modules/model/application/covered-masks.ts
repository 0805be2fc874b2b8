import { Injectable } from '@nestjs/common';
import { ProposedLabels } from '../../annotation/index.js';
import { isCovered } from '../domain/mask-overlap.js';
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
      const layers = state.objects.flatMap(({ counts }) => (typeof counts === 'string' ? [counts] : []));
      covered.push(...masks.filter((one) => one.number === number && isCovered(one.counts, layers, width * height)).map((one) => one.id));
    }
    return covered;
  }
}
