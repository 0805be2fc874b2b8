import { fileURLToPath } from 'node:url';
import { Injectable } from '@nestjs/common';

/** What one image may cost. */
export interface ChildLimits {
  /** Of computing. A photo of 100 megapixels takes a third of it. */
  readonly decodingCpuSeconds: number;
  /** By the clock: three times the above, since other processes want to compute as well. */
  readonly decodingMilliseconds: number;
  /** By the clock, for reading or writing: two tries of the store and a pause. */
  readonly storeMilliseconds: number;
  readonly maxResidentBytes: number;
  /** Between asking a child to go and killing it. */
  readonly stopMilliseconds: number;
}

export const DEFAULT_CHILD_LIMITS: ChildLimits = {
  decodingCpuSeconds: 5,
  decodingMilliseconds: 15_000,
  storeMilliseconds: 30_000,
  maxResidentBytes: 512 * 1024 * 1024,
  stopMilliseconds: 2_000,
};

/** The program of the process that decodes. Tests, which run from sources, put a built one in its place. */
@Injectable()
export class ImageChildProgram {
  entry = fileURLToPath(new URL('./image-child.main.js', import.meta.url));
  limits = DEFAULT_CHILD_LIMITS;
}
