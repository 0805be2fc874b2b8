import type { Comparable } from '../../domain/same-thing.js';

/** What a model proposes for an image; `body` is the object as it would be stored. */
export interface Suggestion {
  readonly id: string;
  readonly datasetId: string;
  readonly number: number;
  readonly runId: string;
  readonly modelId: string;
  readonly classId: number;
  readonly score: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ShownSuggestion extends Suggestion {
  readonly modelName: string;
}

/** What a run says of one image. */
export interface ImageProposal {
  readonly number: number;
  readonly uncertainty: number;
  readonly suggestions: readonly Suggestion[];
}

export interface ImageSize {
  readonly number: number;
  readonly width: number;
  readonly height: number;
}

/** Suggestions in the database. They are no labels: no version, count or export has them. In the caller's unit of work where there is one. */
export abstract class SuggestionStore {
  /** Of those images that are there now. */
  abstract sizes(datasetId: string, numbers: readonly number[]): Promise<readonly ImageSize[]>;
  /** In the place of what the model proposed for these images before and nobody took or rejected. */
  abstract replace(run: { readonly id: string; readonly datasetId: string; readonly modelId: string }, proposals: readonly ImageProposal[]): Promise<void>;
  /** What people rejected on the pixels that these images have now, by the image's number. */
  abstract rejected(datasetId: string, numbers: readonly number[]): Promise<ReadonlyMap<number, readonly Comparable[]>>;
  abstract countOf(runId: string): Promise<number>;
  /** Open ones of an image, the surest first, after those that became labels, or ceased to be, were told apart. */
  abstract openOf(datasetId: string, number: number, covered?: readonly string[]): Promise<readonly ShownSuggestion[]>;
  /** Which of an image's suggestions are labels is found out anew: those with an object of their id, and masks that are `covered`. */
  abstract settle(datasetId: string, numbers: readonly number[], covered?: readonly string[]): Promise<void>;
  /** Proposed masks of images, open or taken. */
  abstract masks(datasetId: string, numbers: readonly number[]): Promise<readonly { readonly id: string; readonly number: number; readonly counts: string }[]>;
  /** The like of them is not proposed again for the same pixels. Answers how many were open. Null: all of the image. */
  abstract reject(datasetId: string, number: number, ids: readonly string[] | null): Promise<number>;
  /** Images of a run that nobody labeled, with open suggestions of this score at least, behind a number. */
  abstract acceptable(runId: string, minScore: number, page: { readonly after: number; readonly limit: number }): Promise<readonly Suggestion[]>;
  /** Suggestions of a run that became labels, image by image, behind a number. */
  abstract accepted(runId: string, page: { readonly after: number; readonly limit: number }): Promise<readonly Suggestion[]>;
  /** What nobody took vanishes, and with it what the run says of how hard images are. */
  abstract forgetOpen(runId: string): Promise<void>;
  abstract remove(ids: readonly string[]): Promise<void>;
}
