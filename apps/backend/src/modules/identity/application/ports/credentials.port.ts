import type { Principal, Scope } from '../../../../platform/auth/principal.js';
import type { ApiKey, User } from '../../domain/user.js';

export interface Session {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly refreshToken: string;
  readonly refreshExpiresAt: Date;
}

/** Passwords: slow hashes. */
export abstract class PasswordHasher {
  abstract hash(password: string): Promise<string>;
  abstract verify(hash: string, password: string): Promise<boolean>;
  /** Takes as long as `verify`, for a user who does not exist. */
  abstract wasteTime(password: string): Promise<void>;
  /** A password for a person to type once. */
  abstract oneTimePassword(): string;
}

export abstract class Sessions {
  abstract open(user: User): Promise<Session>;
  /** Each refresh token is good once; one that comes again ends the whole family. Null when it is not good. */
  abstract rotate(refreshToken: string): Promise<{ readonly session: Session; readonly user: User } | null>;
  abstract close(refreshToken: string): Promise<void>;
}

export abstract class ApiKeys {
  /** The key itself is told here and never again. */
  abstract create(key: { readonly user: User; readonly name: string; readonly scopes: readonly Scope[]; readonly expiresAt: Date | null }): Promise<{ readonly key: string; readonly apiKey: ApiKey }>;
  abstract list(userId: string): Promise<readonly ApiKey[]>;
  /** False when the user has no such key. */
  abstract revoke(userId: string, id: string): Promise<boolean>;
  abstract authenticate(key: string): Promise<Principal | null>;
}

/** A try to log in. It counts as failed until it is told that it succeeded. */
export interface LoginAttempt {
  succeeded(): Promise<void>;
}

/** Counts failed logins of an account and an address. */
export abstract class LoginThrottle {
  /** Notes the try before the password is looked at, so that tries at the same moment count each other. Throws `rate-limited`. */
  abstract begin(email: string, address: string): Promise<LoginAttempt>;
}
