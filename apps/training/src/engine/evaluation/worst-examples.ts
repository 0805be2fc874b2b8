import type { ValidationExample } from '@app/contracts';
import type { ImageOutcome } from '../tasks/training-task.js';

/** So many images are shown to people; nobody pages through more. */
const MOST_EXAMPLES = 200;
/** Of one image; the contract's limit is higher. */
const MOST_OBJECTS = 300;

/** Keeps the images that a model does worst on. Of equally bad ones the first stay, so that the same model gives the same list. */
export class WorstExamples {
  private kept: ValidationExample[] = [];

  add(imageId: number, { quality, truth, predicted }: ImageOutcome): void {
    this.kept.push({ image_id: imageId, quality, truth: truth.slice(0, MOST_OBJECTS), predicted: predicted.slice(0, MOST_OBJECTS) });
    if (this.kept.length >= 2 * MOST_EXAMPLES) this.kept = this.worst();
  }

  /** The worst first. */
  worst(): ValidationExample[] {
    return [...this.kept].sort((a, b) => a.quality - b.quality).slice(0, MOST_EXAMPLES);
  }
}
