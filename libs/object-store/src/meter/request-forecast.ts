import { HELD_BYTES, planBesides } from '../extension-parts.js';
import { extensionPlan, MIN_PART_BYTES } from '../part-plan.js';

/** Requests by the class that R2 bills them in; without retries. */
export interface RequestForecast {
  readonly classA: number;
  readonly classB: number;
}

/** Of `ObjectStore.upload`: one PUT where one part is enough, else Create, the parts and Complete. `partBytes` as it is given there. */
export function uploadForecast(sizeBytes: number, partBytes = MIN_PART_BYTES): RequestForecast {
  const parts = Math.ceil(sizeBytes / Math.max(MIN_PART_BYTES, partBytes));
  return { classA: parts <= 1 ? 1 : parts + 2, classB: 0 };
}

/** Of `ObjectStore.copy` below the limit of one call: HEAD and Copy. */
export const COPY_FORECAST: RequestForecast = { classA: 1, classB: 1 };

/** Of `ObjectStore.extend`, with `restBytes` of new bytes behind the prefix: the same plan that it makes. Null where the prefix is too short. */
export function extensionForecast(prefixBytes: number, restBytes: number): RequestForecast | null {
  const aside = restBytes <= HELD_BYTES ? null : planBesides(prefixBytes, restBytes);
  const plan = aside ?? extensionPlan(prefixBytes, restBytes <= HELD_BYTES ? restBytes : null, HELD_BYTES);
  if (plan === null) return null;
  const behind = plan.remainder + restBytes;
  const put = aside === null ? { classA: Math.ceil(behind / plan.partBytes), classB: 0 } : plus(uploadForecast(behind), { classA: 1, classB: 0 });
  return plus(put, { classA: plan.copies.length + 2, classB: plan.remainder > 0 ? 1 : 0 });
}

export const plus = (...parts: readonly RequestForecast[]): RequestForecast => ({
  classA: parts.reduce((sum, part) => sum + part.classA, 0),
  classB: parts.reduce((sum, part) => sum + part.classB, 0),
});
