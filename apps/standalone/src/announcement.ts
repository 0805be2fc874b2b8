import pg from 'pg';
import type { AdminCredentials } from './secrets.js';
import type { Services } from './services.js';

export interface Announcement {
  readonly url: string;
  /** Where colleagues find it; empty while it listens on one address only. */
  readonly networkUrls: readonly string[];
  readonly admin: AdminCredentials;
  readonly services: Services;
}

/** The one line of `--json`. The NATS user is the operator's (`backend`), as the database user and the store keys are. */
export function jsonLine({ url, admin, services }: Omit<Announcement, 'networkUrls'>): string {
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
  const { url, networkUrls, admin, services } = announcement;
  const lines: (readonly [string, string])[] = [
    ['Open', url],
    ...networkUrls.filter((one) => one !== url).map((one) => ['Network', one] as const),
    ['Log in', admin.email],
    ...(options.showPassword ? [['Password', `${admin.password}   (shown until you change it)`] as const] : []),
    ['Events', services.natsUrls.consumer],
    ['Data', `${options.dataDirectory}   (logs in its folder logs)`],
  ];
  return ['', '  Vision Platform is ready.', '', ...lines.map(([name, value]) => `  ${name.padEnd(10)}${value}`), '', '  Ctrl+C stops everything; the data stays.', ''].join('\n');
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
