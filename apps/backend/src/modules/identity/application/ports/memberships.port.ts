import type { DatasetRole } from '../../../../platform/auth/access-policy.js';

/** Who is what in which dataset. */
export abstract class Memberships {
  /** In the caller's unit of work. */
  abstract grant(datasetId: string, userId: string, role: DatasetRole): Promise<void>;
}
