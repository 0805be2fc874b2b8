import { Problem } from './problem.js';
import type { SessionAnswer, User } from './types.js';

export type SessionState =
  | { readonly kind: 'unknown' }
  /** `byChoice`: the user logged out, here or in another tab. */
  | { readonly kind: 'out'; readonly byChoice: boolean }
  | { readonly kind: 'in'; readonly user: User };

/** Renewed so long before its end, so that no request meets an expired token. */
const RENEW_EARLY_SECONDS = 60;
const API = '/api/v1/';

/**
 * Who is logged in. The access token lives in this module's memory only; the refresh token is in an HttpOnly cookie that no script reads.
 * Other tabs hear of a logout by a BroadcastChannel.
 */
class Session {
  private token: { readonly value: string; readonly expiresAtMilliseconds: number } | null = null;
  private current: SessionState = { kind: 'unknown' };
  private renewal: Promise<boolean> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly otherTabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('vision.session');

  constructor() {
    this.otherTabs?.addEventListener('message', (message: MessageEvent<unknown>) => {
      if (message.data === 'logged-out') this.forget(true);
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly state = (): SessionState => this.current;

  /** The token for a request, renewed first where it is about to end. Null where nobody is logged in. Throws `network`. */
  async accessToken(): Promise<string | null> {
    if (this.token === null) return null;
    if (Date.now() > this.token.expiresAtMilliseconds - 5_000) await this.renew();
    return this.token?.value ?? null;
  }

  /** After the page was loaded: is there a session in the cookie? */
  async restore(): Promise<SessionState> {
    if (this.current.kind === 'unknown') await this.renew();
    return this.current;
  }

  /** One renewal at a time. False, and logged out, when the session has ended. Throws `network` or `unavailable` when nobody knows. */
  renew(): Promise<boolean> {
    this.renewal ??= this.askForRenewal().finally(() => (this.renewal = null));
    return this.renewal;
  }

  async logIn(email: string, password: string): Promise<User> {
    const response = await post('auth/login', { body: JSON.stringify({ email, password }), contentType: 'application/json' });
    if (!response.ok) throw Problem.parse(response.status, await response.text(), response.headers.get('retry-after'));
    return this.adopt((await response.json()) as SessionAnswer);
  }

  async logOut(): Promise<void> {
    const token = await this.accessToken().catch(() => null);
    if (token !== null) await post('auth/logout', { token }).catch(() => undefined);
    this.otherTabs?.postMessage('logged-out');
    this.forget(true);
  }

  /** Also after a change of password, which ends every other session. */
  adopt(answer: SessionAnswer): User {
    this.token = { value: answer.access_token, expiresAtMilliseconds: Date.now() + answer.expires_in * 1000 };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.renew().catch(() => undefined), Math.max(1, answer.expires_in - RENEW_EARLY_SECONDS) * 1000);
    this.change({ kind: 'in', user: answer.user });
    return answer.user;
  }

  private async askForRenewal(): Promise<boolean> {
    // The header is one that a form of another site cannot send.
    const response = await post('auth/refresh', {});
    if (response.ok) {
      this.adopt((await response.json()) as SessionAnswer);
      return true;
    }
    if (response.status >= 500 || response.status === 429) throw Problem.parse(response.status, await response.text());
    this.forget(false);
    return false;
  }

  private forget(byChoice: boolean): void {
    clearTimeout(this.timer);
    this.token = null;
    if (this.current.kind !== 'out') this.change({ kind: 'out', byChoice });
  }

  private change(state: SessionState): void {
    this.current = state;
    for (const listener of this.listeners) listener();
  }
}

async function post(path: string, options: { readonly body?: string; readonly contentType?: string; readonly token?: string }): Promise<Response> {
  const headers = new Headers({ 'x-requested-with': 'vision-labeler', accept: 'application/json' });
  if (options.contentType !== undefined) headers.set('content-type', options.contentType);
  if (options.token !== undefined) headers.set('authorization', `Bearer ${options.token}`);
  try {
    return await fetch(`${API}${path}`, { method: 'POST', headers, body: options.body, credentials: 'same-origin' });
  } catch {
    throw Problem.network();
  }
}

export const session = new Session();
