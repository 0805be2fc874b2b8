import { z } from 'zod';

const name = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'lower case letters, digits and _, a letter first');
const described = { title: z.string().max(80).optional(), description: z.string().max(300).optional() };

/** One setting of a trainer, in the part of JSON Schema that the form of the page and the check of the backend know. */
export const trainerFieldSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('integer'), ...described, minimum: z.number().int(), maximum: z.number().int(), default: z.number().int() }),
    z.strictObject({ type: z.literal('number'), ...described, minimum: z.number(), maximum: z.number(), default: z.number() }),
    z.strictObject({ type: z.literal('boolean'), ...described, default: z.boolean() }),
    z.strictObject({ type: z.literal('string'), ...described, enum: z.array(z.string().min(1).max(100)).min(1).max(50), default: z.string() }),
  ])
  .superRefine((field, context) => {
    if (!isOfField(field)) context.addIssue({ code: 'custom', path: ['default'], message: 'the default is outside the range' });
  });
export type TrainerField = z.infer<typeof trainerFieldSchema>;

/** What the platform itself reads of a job; a trainer cannot give them another meaning. */
export const RESERVED_HYPERPARAMETERS = ['epochs', 'val_fraction', 'seed', 'keep', 'keep_every', 'image_size'] as const;

export const trainerFieldsSchema = z
  .record(name, trainerFieldSchema)
  .default({})
  .superRefine((fields, context) => {
    for (const reserved of RESERVED_HYPERPARAMETERS) {
      if (Object.hasOwn(fields, reserved)) context.addIssue({ code: 'custom', path: [reserved], message: 'the platform has a field of this name' });
    }
    if (Object.keys(fields).length > 50) context.addIssue({ code: 'custom', message: '50 fields at most' });
  });

function isOfField(field: TrainerField): boolean {
  switch (field.type) {
    case 'integer':
    case 'number':
      return field.minimum <= field.default && field.default <= field.maximum;
    case 'string':
      return field.enum.includes(field.default);
    case 'boolean':
      return true;
  }
}

/** The same fields as the catalogue has them: strict, with ranges and defaults. */
export function trainerHyperparameters(fields: Readonly<Record<string, TrainerField>>, epochs: { readonly default: number; readonly maximum: number }): z.ZodObject {
  const own = Object.entries(fields).map(([key, field]) => [key, withTexts(zodOf(field), field)] as const);
  return z.strictObject({
    epochs: z.number().int().min(1).max(epochs.maximum).default(epochs.default).describe('passes over the training images'),
    val_fraction: z.number().min(0.05).max(0.5).default(0.2).describe('part set aside for validation where the dataset has no split'),
    seed: z.number().int().min(0).max(2_147_483_647).default(1),
    keep: z.enum(['all', 'best+last', 'every-k']).default('all').describe('which checkpoints stay; the best and the last one always do'),
    keep_every: z.number().int().min(1).max(1000).default(5).describe('the k of every-k: the checkpoint of each k-th epoch stays'),
    ...Object.fromEntries(own),
  });
}

function zodOf(field: TrainerField): z.ZodType {
  switch (field.type) {
    case 'integer':
      return z.number().int().min(field.minimum).max(field.maximum).default(field.default);
    case 'number':
      return z.number().min(field.minimum).max(field.maximum).default(field.default);
    case 'boolean':
      return z.boolean().default(field.default);
    case 'string':
      return z.enum(field.enum).default(field.default);
  }
}

function withTexts(schema: z.ZodType, { title, description }: TrainerField): z.ZodType {
  return title === undefined && description === undefined ? schema : schema.meta({ ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) });
}
