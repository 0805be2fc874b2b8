/** Scopes of an API key; a person's session has all of them. `admin` is for managing users and needs an administrator's key. */
export const SCOPES = ['read', 'label', 'train', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who asks. Made by the guard from a verified credential, never from input. */
export interface Principal {
  readonly userId: string;
  readonly email: string;
  /** Administrator of the installation. */
  readonly isAdmin: boolean;
  readonly credential: 'session' | 'api-key';
  readonly scopes: readonly Scope[];
  readonly apiKeyId?: string;
}
