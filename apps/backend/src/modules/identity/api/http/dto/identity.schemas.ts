import { isShowable } from '@app/kernel';
import { z } from 'zod';
import { SCOPES } from '../../../../../platform/auth/principal.js';
import type { LoggedIn } from '../../../application/commands/log-in/log-in.command.js';
import type { ApiKey, User } from '../../../domain/user.js';

const email = z.email().max(254);
const displayName = z
  .string()
  .normalize('NFC')
  .trim()
  .min(1)
  .max(100)
  .refine(isShowable, { message: 'no control characters' });
const timestamp = z.iso.datetime();

export const loginRequest = z.strictObject({ email: z.string().min(1).max(254), password: z.string().min(1).max(256) });
export type LoginRequest = z.infer<typeof loginRequest>;

export const userResponse = z.object({
  id: z.uuid(),
  email: z.string(),
  display_name: z.string(),
  is_admin: z.boolean(),
  must_change_password: z.boolean(),
  disabled: z.boolean(),
  created_at: timestamp,
});
export type UserResponse = z.infer<typeof userResponse>;

export const sessionResponse = z.object({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.number().int().describe('seconds'), user: userResponse });
export type SessionResponse = z.infer<typeof sessionResponse>;

export const changePasswordRequest = z.strictObject({ current_password: z.string().min(1).max(256), new_password: z.string().max(256) });
export type ChangePasswordRequest = z.infer<typeof changePasswordRequest>;

export const userListQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().max(1000).optional() });
export type UserListRequest = z.infer<typeof userListQuery>;
export const userListResponse = z.object({ items: z.array(userResponse), next_cursor: z.string().nullable() });
export type UserListResponse = z.infer<typeof userListResponse>;

export const createUserRequest = z.strictObject({ email, display_name: displayName, is_admin: z.boolean().default(false) });
export type CreateUserRequest = z.infer<typeof createUserRequest>;
export const createdUserResponse = z.object({ user: userResponse, one_time_password: z.string().describe('shown once; must be changed at the first login') });
export type CreatedUserResponse = z.infer<typeof createdUserResponse>;

export const updateUserRequest = z.strictObject({ display_name: displayName.optional(), is_admin: z.boolean().optional(), disabled: z.boolean().optional() });
export type UpdateUserRequest = z.infer<typeof updateUserRequest>;
export const oneTimePasswordResponse = createdUserResponse.pick({ one_time_password: true });
export type OneTimePasswordResponse = z.infer<typeof oneTimePasswordResponse>;

export const createApiKeyRequest = z.strictObject({
  name: displayName,
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .max(SCOPES.length)
    .refine((scopes) => new Set(scopes).size === scopes.length, { message: 'each scope once' }),
  expires_at: timestamp.nullish(),
});
export type CreateApiKeyRequest = z.infer<typeof createApiKeyRequest>;

export const apiKeyResponse = z.object({
  id: z.uuid(),
  name: z.string(),
  hint: z.string().describe('how the key begins'),
  scopes: z.array(z.string()),
  created_at: timestamp,
  expires_at: timestamp.nullable(),
  last_used_at: timestamp.nullable(),
});
export type ApiKeyResponse = z.infer<typeof apiKeyResponse>;
export const createdApiKeyResponse = apiKeyResponse.extend({ key: z.string().describe('shown once') });
export type CreatedApiKeyResponse = z.infer<typeof createdApiKeyResponse>;
export const apiKeyListResponse = z.object({ items: z.array(apiKeyResponse), next_cursor: z.null() });
export type ApiKeyListResponse = z.infer<typeof apiKeyListResponse>;

export function toUserResponse(user: User): UserResponse {
  return {
    id: user.id,
    email: user.email,
    display_name: user.displayName,
    is_admin: user.isAdmin,
    must_change_password: user.mustChangePassword,
    disabled: user.disabledAt !== null,
    created_at: user.createdAt.toISOString(),
  };
}

export function toSessionResponse({ session, user }: LoggedIn): SessionResponse {
  return { access_token: session.accessToken, token_type: 'Bearer', expires_in: session.expiresInSeconds, user: toUserResponse(user) };
}

export function toApiKeyResponse(key: ApiKey): ApiKeyResponse {
  return {
    id: key.id,
    name: key.name,
    hint: key.hint,
    scopes: [...key.scopes],
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
  };
}
