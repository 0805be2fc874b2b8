import { ADMIN, type BackendUnderTest } from './backend-under-test.js';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

export interface CallOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly form?: FormData;
  readonly headers?: Record<string, string>;
  /** An answer without an end: its body is not read. */
  readonly stream?: boolean;
}

/** Calls of the API as a client makes them; JSON in, JSON out. `path` is behind /api/v1/. */
export class People {
  admin = '';
  private count = 0;

  constructor(private readonly backend: BackendUnderTest) {}

  async call<T = Record<string, unknown>>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> {
    const headers = { ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }), ...(options.body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers };
    const body = options.form ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const answer = await fetch(`${this.backend.url}/api/v1/${path}`, { method, headers, redirect: 'manual', ...(body === undefined ? {} : { body }) });
    if (options.stream === true && answer.status === 200) {
      await answer.body?.cancel();
      return { status: answer.status, body: {} as T, headers: answer.headers };
    }
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as T, headers: answer.headers };
  }

  async logIn(email: string, password: string): Promise<string> {
    const answer = await this.call<{ access_token: string }>('POST', 'auth/login', { body: { email, password } });
    if (answer.status !== 200) throw new Error(`${email} cannot log in: ${answer.status}`);
    return answer.body.access_token;
  }

  async logInAdmin(): Promise<string> {
    this.admin = await this.logIn(ADMIN.email, ADMIN.password);
    return this.admin;
  }

  /** A new person, logged in. */
  async makeUser(name = `user-${(this.count += 1)}`): Promise<{ readonly id: string; readonly email: string; readonly token: string }> {
    const email = `${name}@vision.test`;
    const made = await this.call<{ user: { id: string }; one_time_password: string }>('POST', 'users', { token: this.admin, body: { email, display_name: name } });
    if (made.status !== 201) throw new Error(`${email} cannot be made: ${made.status}`);
    return { id: made.body.user.id, email, token: await this.logIn(email, made.body.one_time_password) };
  }

  async makeKey(token: string, scopes: readonly string[]): Promise<string> {
    const made = await this.call<{ key: string }>('POST', 'api-keys', { token, body: { name: scopes.join('-'), scopes } });
    if (made.status !== 201) throw new Error(`no key: ${made.status}`);
    return made.body.key;
  }

  async createDataset(token: string, body: Record<string, unknown> = {}): Promise<string> {
    const made = await this.call<{ id: string }>('POST', 'datasets/create', { token, body: { name: 'made by a test', task_type: 'object_detection', classes: [{ name: 'thing' }], ...body } });
    if (made.status !== 201) throw new Error(`no dataset: ${made.status} ${JSON.stringify(made.body)}`);
    return made.body.id;
  }
}
