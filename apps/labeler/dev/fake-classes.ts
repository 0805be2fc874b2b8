import type { ServerResponse } from 'node:http';
import { problem, readJson, send, type Call, type Route } from './fake-answers.js';
import { ADMIN, fakeUsers, type Json } from './fake-data.js';

type FindDataset = (id: string) => Json | undefined;

interface FakeClass {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly image_count: number;
}
interface State {
  readonly revision: number;
  readonly classes: readonly FakeClass[];
}

/** Classes, members and splits that can be changed. Development only. */
export class FakeClasses {
  private readonly states = new Map<string, State>();
  private members: readonly Json[] = MEMBERS;

  constructor(private readonly find: FindDataset) {}

  readonly routes: readonly Route[] = [
    ['GET', /^datasets\/([^/]+)\/classes$/, ({ response }, id) => this.answer(id, response)],
    ['POST', /^datasets\/([^/]+)\/classes$/, (call, id) => this.write(call, id, (classes, body) => (classes.some((one) => one.name === body['name']) ? null : [...classes, { id: classes.length + 20, name: String(body['name']), color: '#0072b2', image_count: 0 }]))],
    ['PUT', /^datasets\/([^/]+)\/classes\/order$/, (call, id) => this.write(call, id, (classes, body) => (Array.isArray(body['class_ids']) ? body['class_ids'].flatMap((one) => classes.find(({ id: known }) => known === one) ?? []) : null))],
    ['PATCH', /^datasets\/([^/]+)\/classes\/\d+$/, (call, id) => this.write(call, id, (classes, body) => classes.map((one) => (one.id === classIdOf(call.path) ? { ...one, ...body } : one)))],
    ['DELETE', /^datasets\/([^/]+)\/classes\/\d+$/, (call, id) => this.write(call, id, (classes) => classes.filter((one) => one.id !== classIdOf(call.path)))],
    ['POST', /^datasets\/([^/]+)\/classes\/\d+\/merge$/, (call, id) => this.write(call, id, (classes) => classes.filter((one) => one.id !== classIdOf(call.path)))],
    ['GET', /^datasets\/([^/]+)\/members$/, ({ response }) => send(response, 200, { items: this.members })],
    ['POST', /^datasets\/([^/]+)\/members$/, (call) => this.addMember(call)],
    ['PATCH', /^datasets\/([^/]+)\/members\/[^/]+$/, (call) => this.changeMember(call)],
    ['DELETE', /^datasets\/([^/]+)\/members\/[^/]+$/, (call) => this.removeMember(call)],
    ['GET', /^datasets\/([^/]+)\/splits$/, ({ response }, id) => send(response, 200, { revision: 1, config: null, counts: this.find(id)?.['splits'], classes: [] })],
    ['POST', /^datasets\/([^/]+)\/splits\/preview$/, ({ response }) => send(response, 200, PLAN)],
    ['PUT', /^datasets\/([^/]+)\/splits$/, ({ response }) => send(response, 200, PLAN)],
  ];

  private state(id: string): State {
    const classes = this.find(id)?.['classes'];
    const initial = Array.isArray(classes) ? classes.map((one: { id: number; name: string; color: string; count: number }): FakeClass => ({ id: one.id, name: one.name, color: one.color, image_count: one.count })) : [];
    return this.states.get(id) ?? { revision: 1, classes: initial };
  }

  private answer(id: string, response: ServerResponse, status = 200): void {
    const { revision, classes } = this.state(id);
    send(response, status, { revision, classes: classes.map((one) => ({ supercategory: null, keypoints: null, skeleton: null, ...one })) });
  }

  private async write({ request, response }: Call, id: string, change: (classes: readonly FakeClass[], body: Json) => readonly FakeClass[] | null): Promise<void> {
    const { revision, classes } = this.state(id);
    const body = request.headers['content-type'] === 'application/json' ? await readJson(request) : {};
    if (request.headers['if-match'] !== `"${revision}"`) return problem(response, 412, 'version-conflict');
    const next = change(classes, body);
    if (next === null) return problem(response, 422, 'validation-failed', [{ code: 'duplicate-name', pointer: '/name', message: 'There is such a class.' }]);
    this.states.set(id, { revision: revision + 1, classes: next });
    return this.answer(id, response);
  }

  private async addMember({ request, response }: Call): Promise<void> {
    const body = await readJson(request);
    const user = fakeUsers().find((one) => one['email'] === body['email']);
    if (user === undefined) return problem(response, 422, 'validation-failed', [{ code: 'not-found', pointer: '/email', message: 'There is no such user.' }]);
    const member = memberOf(user, String(body['role']));
    this.members = [...this.members, member];
    return send(response, 201, member);
  }

  private async changeMember({ path, request, response }: Call): Promise<void> {
    const [body, id] = [await readJson(request), path.split('/').at(-1)];
    if (this.isLastOwner(id) && body['role'] !== 'owner') return problem(response, 409, 'state-conflict');
    this.members = this.members.map((one) => (one['user_id'] === id ? { ...one, ...body } : one));
    return send(response, 200, this.members.find((one) => one['user_id'] === id));
  }

  private removeMember({ path, response }: Call): void {
    const id = path.split('/').at(-1);
    if (this.isLastOwner(id)) return problem(response, 409, 'state-conflict');
    this.members = this.members.filter((one) => one['user_id'] !== id);
    response.writeHead(204).end();
    return undefined;
  }

  private isLastOwner(id: string | undefined): boolean {
    const owners = this.members.filter((one) => one['role'] === 'owner');
    return owners.length === 1 && owners[0]?.['user_id'] === id;
  }
}

const classIdOf = (path: string): number => Number(/classes\/(\d+)/.exec(path)?.[1] ?? -1);
const memberOf = (user: Json, role: string): Json => ({ user_id: user['id'], email: user['email'], display_name: user['display_name'], role, granted_at: ADMIN.created_at, disabled: false });
const MEMBERS: readonly Json[] = fakeUsers().slice(0, 2).map((user, index) => memberOf(user, index === 0 ? 'owner' : 'annotator'));
const PLAN: Json = { revision: 1, config: null, counts: { train: 70_000, val: 20_000, test: 10_000, unassigned: 0 }, classes: [], changed: 27_344, warnings: [{ code: 'class-without-validation-image', message: '', count: 1, class_ids: [4] }, { code: 'duplicates-on-two-sides', message: '', count: 12, class_ids: [] }] };
