import type { Dataset, Role } from '../../api/types.js';

const RANKS: Readonly<Record<Role, number>> = { viewer: 0, annotator: 1, reviewer: 2, admin: 3, owner: 4 };
/** From the least to the most. */
export const ROLES = ['viewer', 'annotator', 'reviewer', 'admin', 'owner'] as const satisfies readonly Role[];

/** Whether the reader may do what needs this role. No role: an administrator of the installation who is no member. */
export const mayAct = ({ role }: Pick<Dataset, 'role'>, least: Role): boolean => role === null || RANKS[role] >= RANKS[least];
