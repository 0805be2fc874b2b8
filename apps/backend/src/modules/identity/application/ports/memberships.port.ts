import type { DatasetRole } from '../../../../platform/auth/access-policy.js';

export interface Member {
  readonly userId: string;
  readonly email: string;
  readonly displayName: string;
  readonly role: DatasetRole;
  readonly grantedAt: Date;
  readonly isDisabled: boolean;
}

/** Who is what in which dataset. Changes are in the caller's unit of work and leave a row in the audit log. */
export abstract class Memberships {
  abstract grant(datasetId: string, userId: string, grant: { readonly role: DatasetRole; readonly by: string }): Promise<void>;
  /** False when there was no such member. */
  abstract revoke(datasetId: string, userId: string, by: string): Promise<boolean>;
  abstract list(datasetId: string): Promise<readonly Member[]>;
  /** Locks the owners until the unit of work ends, so that two changes at once cannot leave none. */
  abstract lockOwners(datasetId: string): Promise<readonly string[]>;
  /** The id of the enabled user of this e-mail address. */
  abstract findUser(email: string): Promise<string | null>;
}
