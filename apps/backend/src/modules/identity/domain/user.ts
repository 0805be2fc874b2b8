/** A person who may log in. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly isAdmin: boolean;
  readonly mustChangePassword: boolean;
  readonly disabledAt: Date | null;
  /** Sessions and keys of an older epoch are dead. */
  readonly sessionEpoch: number;
  readonly createdAt: Date;
}

export interface ApiKey {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** Its first characters, to tell keys apart. */
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}
