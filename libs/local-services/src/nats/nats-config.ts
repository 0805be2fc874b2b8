/** A user of the local NATS server. Without permissions it may do everything in the account. */
export interface NatsUser {
  readonly name: string;
  readonly password: string;
  /** Allow-lists: what is not named is refused. */
  readonly permissions?: {
    readonly publish: readonly string[];
    readonly subscribe: readonly string[];
    /** Whether it may answer requests that it got: once each, within two minutes, wherever the asker waits. */
    readonly mayAnswer?: boolean;
  };
}

export interface NatsConfigOptions {
  readonly port: number;
  readonly storeDirectory: string;
  readonly pidFile: string;
  readonly users: readonly NatsUser[];
  /** For example `2.9.10`: decides which settings the server knows. */
  readonly serverVersion: string;
  /** JetStream's limit on disk, bytes. */
  readonly maxFileStoreBytes: number;
}

/** The server's configuration file. JSON is valid in it, and the only safe way to quote. */
export function natsConfig(options: NatsConfigOptions): string {
  return `${JSON.stringify(
    {
      listen: `127.0.0.1:${options.port}`,
      server_name: 'vision-local',
      pid_file: options.pidFile,
      // Events are small; work carries ids only.
      max_payload: 1024 * 1024,
      max_connections: 500,
      max_subscriptions: 10_000,
      jetstream: {
        store_dir: options.storeDirectory,
        max_memory_store: 64 * 1024 * 1024,
        max_file_store: options.maxFileStoreBytes,
        // 2.9 refuses to start with a setting that it does not know; there a power loss may cost what the outbox sends again.
        ...(knowsSyncInterval(options.serverVersion) ? { sync_interval: 'always' } : {}),
      },
      authorization: { users: options.users.map(userEntry) },
    },
    null,
    2,
  )}\n`;
}

function userEntry(user: NatsUser): unknown {
  const login = { user: user.name, password: user.password };
  if (user.permissions === undefined) return login;
  const { publish, subscribe, mayAnswer = false } = user.permissions;
  return { ...login, permissions: { publish: allowOnly(publish), subscribe: allowOnly(subscribe), ...(mayAnswer ? { allow_responses: { max: 1, expires: '2m' } } : {}) } };
}

/** An empty allow-list would mean "everything". */
function allowOnly(subjects: readonly string[]): unknown {
  return subjects.length === 0 ? { deny: ['>'] } : { allow: subjects };
}

function knowsSyncInterval(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 10);
}
