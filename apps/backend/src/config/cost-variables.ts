import { z } from 'zod';
import { count } from './variable-forms.js';

const price = (fallback: number): z.ZodDefault<z.ZodCoercedNumber> => z.coerce.number().min(0).max(1_000_000).default(fallback);

/** What the store costs, and how what is asked of it is counted. */
export const COST_VARIABLES = {
  PRICE_STORAGE_GB_MONTH: price(0.015).describe('US dollars for 10^9 bytes that lie for a month; the defaults are those of Cloudflare R2, standard storage'),
  PRICE_CLASS_A_MILLION: price(4.5).describe('US dollars for a million requests that write or list'),
  PRICE_CLASS_B_MILLION: price(0.36).describe('US dollars for a million requests that read'),
  PRICE_EGRESS_GB: price(0).describe('US dollars for 10^9 bytes that leave the store; R2 takes none'),
  COST_INVENTORY_HOURS: z.coerce.number().int().min(0).max(8760).default(24).describe('how often the store is listed to know how many bytes lie in it; a thousand objects are one request of class A; 0: never'),
  STORE_COUNTS_SECONDS: count(60, 3600).describe('how often the counted operations of the store are written into the database; a process that is killed loses so much of the count'),
} as const;
