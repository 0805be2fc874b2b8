import type { predictImageRpcV1 } from '@app/contracts';
import type { z } from 'zod';

export type ImageQuestion = z.input<typeof predictImageRpcV1.request>;
export type ImageAnswer = z.output<typeof predictImageRpcV1.reply>;

/** Asks any worker what a model says of one image. */
export abstract class ImagePredictor {
  /** Throws `unavailable` with a time to come again when no worker answers. */
  abstract ask(question: ImageQuestion): Promise<ImageAnswer>;
}
