import { z } from 'zod';

/** A whole number, 1 at least. */
export const count = (fallback: number, most = Number.MAX_SAFE_INTEGER): z.ZodType<number> => z.coerce.number().int().min(1).max(most).default(fallback) as unknown as z.ZodType<number>;
