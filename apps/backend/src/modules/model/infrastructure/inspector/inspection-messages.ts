import { modelAdapterSchema } from '@app/contracts';
import { z } from 'zod';

export const inspectMessageSchema = z.object({ path: z.string(), adapter: modelAdapterSchema });
export type InspectMessage = z.infer<typeof inspectMessageSchema>;

const findingSchema = z.object({ code: z.string().max(60), message: z.string().max(500) });
export const inspectedMessageSchema = z.object({ findings: z.array(findingSchema).max(20) });
export type InspectedMessage = z.infer<typeof inspectedMessageSchema>;
