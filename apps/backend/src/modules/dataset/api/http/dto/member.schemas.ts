import { z } from 'zod';
import { DATASET_ROLES } from '../../../../../platform/auth/access-policy.js';
import type { DatasetMember } from '../../../application/ports/dataset-members.port.js';

export const memberResponse = z.object({
  user_id: z.uuid(),
  email: z.string(),
  display_name: z.string(),
  role: z.enum(DATASET_ROLES),
  granted_at: z.iso.datetime(),
  disabled: z.boolean().describe('may not log in at present'),
});
export type MemberResponse = z.infer<typeof memberResponse>;

export const memberListResponse = z.object({ items: z.array(memberResponse) });
export type MemberListResponse = z.infer<typeof memberListResponse>;

export const addMemberRequest = z.strictObject({ email: z.string().min(3).max(320), role: z.enum(DATASET_ROLES) });
export type AddMemberRequest = z.infer<typeof addMemberRequest>;

export const changeMemberRequest = z.strictObject({ role: z.enum(DATASET_ROLES) });
export type ChangeMemberRequest = z.infer<typeof changeMemberRequest>;

export function toMemberResponse(member: DatasetMember): MemberResponse {
  return { user_id: member.userId, email: member.email, display_name: member.displayName, role: member.role, granted_at: member.grantedAt.toISOString(), disabled: member.isDisabled };
}
