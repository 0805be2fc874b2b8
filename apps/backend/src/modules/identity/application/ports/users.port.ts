import type { User } from '../../domain/user.js';

export interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly passwordHash: string;
  readonly isAdmin: boolean;
  readonly mustChangePassword: boolean;
  readonly createdAt: Date;
}

export abstract class Users {
  abstract find(id: string): Promise<User | null>;
  /** In the order of the ids. One statement. */
  abstract findMany(ids: readonly string[]): Promise<readonly (User | null)[]>;
  abstract findByEmail(email: string): Promise<(User & { readonly passwordHash: string }) | null>;
  abstract passwordHashOf(id: string): Promise<string | null>;
  abstract list(page: { readonly limit: number; readonly after?: { readonly key: string; readonly id: string } }): Promise<readonly User[]>;
  /** Throws `already-exists`. */
  abstract insert(user: NewUser): Promise<void>;
  /** Inserts the user when there is none at all; false otherwise. Safe for two processes at once. */
  abstract insertFirst(user: NewUser): Promise<boolean>;
  abstract update(id: string, change: { readonly displayName?: string; readonly isAdmin?: boolean }): Promise<void>;
  /** `endsSessions` kills every session and key at once. */
  abstract setPassword(id: string, passwordHash: string, options: { readonly mustChange: boolean }): Promise<void>;
  abstract setDisabled(id: string, disabledAt: Date | null): Promise<void>;
  /** Locks the administrators until the transaction ends, and counts those who are enabled. */
  abstract countEnabledAdministrators(): Promise<number>;
  abstract audit(entry: { readonly actorId: string; readonly action: string; readonly subjectId: string; readonly details?: unknown }): Promise<void>;
}
