import type { JsonObject } from '../model/label-object.js';
import type { PatchAnswer, PatchRequest, SendPatch } from './save-types.js';

type Trouble = Extract<PatchAnswer, { readonly kind: 'unreachable' | 'refused' | 'logged-out' }>;

/** Answers a PATCH as the real API does: revision check, 412 with the present labels, one effect a key. For tests of the saver. */
export class FakeLabelApi {
  readonly requests: PatchRequest[] = [];
  private readonly answers = new Map<string, PatchAnswer>();
  private revision = 1;
  private objects = new Map<string, JsonObject>();
  private noObject = false;
  private status = 'unlabeled';
  /** Answers instead, one each. */
  readonly troubles: Trouble[] = [];
  /** Carried out, and the answer is lost on its way back: as often as this says. */
  lostAnswers = 0;
  /** Held back until released. */
  gate: Promise<void> = Promise.resolve();

  constructor(objects: Readonly<Record<string, JsonObject>> = {}) {
    this.objects = new Map(Object.entries(objects));
  }

  document(): JsonObject {
    const annotations = [...this.objects].map(([id, body], index) => ({ id, number: index + 1, class_name: 'x', ...body }));
    return { image_id: 1, revision: this.revision, status: this.status, no_object: this.noObject, annotations };
  }
  get saved(): Readonly<Record<string, JsonObject>> {
    return Object.fromEntries(this.objects);
  }
  get current(): number {
    return this.revision;
  }

  /** Somebody else. */
  elsewhere(changes: Readonly<Record<string, JsonObject | null>>): void {
    this.apply(Object.entries(changes).map(([id, after]) => ({ id, after })));
  }

  readonly send: SendPatch = async (request) => {
    this.requests.push(request);
    await this.gate;
    const trouble = this.troubles.shift();
    if (trouble !== undefined) return trouble;
    const known = this.answers.get(request.key);
    const answer = known ?? this.patch(request);
    if (answer.kind === 'saved') this.answers.set(request.key, answer);
    if (this.lostAnswers === 0) return answer;
    this.lostAnswers -= 1;
    return { kind: 'unreachable', retryAfterSeconds: null };
  };

  private patch({ revision, body }: PatchRequest): PatchAnswer {
    if (revision !== this.revision) return { kind: 'stale', current: this.document() };
    const { changes = [], no_object: noObject, status } = body as { changes?: readonly { id: string; after: JsonObject | null }[]; no_object?: boolean; status?: string };
    if (noObject !== undefined) this.noObject = noObject;
    if (status !== undefined) this.status = status;
    this.apply(changes);
    return { kind: 'saved', document: this.document() };
  }
  private apply(changes: readonly { readonly id: string; readonly after: JsonObject | null }[]): void {
    this.revision += 1;
    for (const { id, after } of changes) {
      if (after === null) this.objects.delete(id);
      // The server's own form: fields that a client leaves out.
      else this.objects.set(id, { note: 'kept', source: 'manual', ...after });
    }
    if (this.objects.size > 0) this.noObject = false;
  }
}
