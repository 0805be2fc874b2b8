import pg from 'pg';
import type { AdminCredentials } from './secrets.js';
import type { Services } from './services.js';

export interface Announcement {
  readonly url: string;
  readonly admin: AdminCredentials;
  readonly services: Services;
}

/** The one line of `--json`. The NATS user is the operator's (`backend`), as the database user and the store keys are. */
export function jsonLine({ url, admin, services }: Announcement): string {
  const { store } = services;
  return JSON.stringify({
    url,
    admin,
    database_url: services.databaseUrl,
    nats_url: services.natsUrls.backend,
    store: {
      endpoint: store.endpoint,
      bucket: store.bucket,
      access_key_id: store.accessKeyId,
      secret_access_key: store.secretAccessKey,
      readonly_access_key_id: store.readonlyAccessKeyId,
      readonly_secret_access_key: store.readonlySecretAccessKey,
    },
  });
}

export function readableBlock(announcement: Announcement, options: { readonly showPassword: boolean; readonly dataDirectory: string }): string {
  const { url, admin, services } = announcement;
  const login = options.showPassword ? [`  Log in        ${admin.email}`, `  Password      ${admin.password}   (change it after the first login)`] : [`  Log in        ${admin.email}`];
  return ['', '  Vision platform is ready.', '', `  Open          ${url}`, ...login, `  Events        ${services.natsUrls.consumer}`, `  Data          ${options.dataDirectory}`, '', '  Ctrl+C stops everything; the data stays.', ''].join('\n');
}

/** Whether the first administrator still has the generated password. When the question cannot be answered, they are shown it. */
export async function hasFirstPassword(databaseUrl: string, email: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const found = await client.query<{ password_changed_at: Date | null }>('select password_changed_at from users where email = $1', [email]);
    return (found.rows[0]?.password_changed_at ?? null) === null;
  } catch {
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}
