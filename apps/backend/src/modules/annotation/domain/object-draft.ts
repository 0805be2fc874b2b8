import type { JsonObject, LabelObject, ObjectIdentity } from './label-object.js';
import type { LabelRules, Report } from './label-rules.port.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SOURCES: ReadonlySet<unknown> = new Set(['manual', 'import', 'model']);
/** Far below what the database holds, so that numbers after it still fit. */
export const LARGEST_OBJECT_NUMBER = 1_000_000_000;

export interface DraftTools {
  readonly rules: LabelRules;
  readonly report: Report;
  newId(): string;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= LARGEST_OBJECT_NUMBER;
const isSource = (value: unknown): value is ObjectIdentity['source'] => SOURCES.has(value);

/** The objects of an image while a change is made of them. */
export class ObjectDraft {
  private readonly byId = new Map<string, LabelObject>();
  private readonly byNumber = new Map<number, string>();

  constructor(
    objects: readonly LabelObject[],
    private next: number,
    private readonly tools: DraftTools,
  ) {
    for (const one of objects) this.put(one);
  }

  get objects(): LabelObject[] {
    return [...this.byId.values()];
  }

  get size(): number {
    return this.byId.size;
  }

  get nextNumber(): number {
    return this.next;
  }

  /** By its UUID or by its integer id. */
  find(reference: unknown): LabelObject | undefined {
    const id = typeof reference === 'number' ? this.byNumber.get(reference) : reference;
    return typeof id === 'string' ? this.byId.get(id) : undefined;
  }

  clear(): void {
    this.byId.clear();
    this.byNumber.clear();
  }

  remove(object: LabelObject): void {
    this.byId.delete(object.id);
    this.byNumber.delete(object.number);
  }

  put(object: LabelObject): void {
    this.byId.set(object.id, object);
    this.byNumber.set(object.number, object.id);
  }

  /** Checks a body and puts its object in the place of `known`, or behind the others. */
  write(body: JsonObject, pointer: string, known?: LabelObject): void {
    const identity = known === undefined ? this.newIdentity(body, pointer) : this.keptIdentity(body, known, pointer);
    if (identity === null) return;
    const read = this.tools.rules.read(body, identity, { pointer, report: this.tools.report, known });
    if (read !== null) this.put(read);
  }

  private keptIdentity(body: JsonObject, known: LabelObject, pointer: string): ObjectIdentity | null {
    const { number, id } = body;
    if (id !== undefined && id !== known.id && id !== known.number) return this.refused('id-fixed', 'The id of an object does not change.', `${pointer}/id`);
    if (number !== undefined && number !== known.number) return this.refused('number-fixed', 'The number of an object does not change.', `${pointer}/number`);
    const source = this.sourceOf(body, known.source, pointer);
    return source === null ? null : { id: known.id, number: known.number, source };
  }

  private newIdentity(body: JsonObject, pointer: string): ObjectIdentity | null {
    const source = this.sourceOf(body, 'manual', pointer);
    const id = this.newIdOf(body['id'], pointer);
    const number = this.newNumberOf(body['number'] ?? (typeof body['id'] === 'number' ? body['id'] : undefined), pointer);
    return source === null || id === null || number === null ? null : { id, number, source };
  }

  private newIdOf(given: unknown, pointer: string): string | null {
    if (given === undefined || given === null || typeof given === 'number') return this.tools.newId();
    if (typeof given !== 'string' || !UUID.test(given)) return this.refused('invalid-id', 'The id of an object is a UUID in lower case, or the integer id of DICE.', `${pointer}/id`);
    return this.byId.has(given) ? this.refused('duplicate-id', 'The id is that of another object.', `${pointer}/id`) : given;
  }

  /** A number that was not reached yet is kept; of one that was given before, nobody knows whose it was: a new one is given. */
  private newNumberOf(given: unknown, pointer: string): number | null {
    if (given !== undefined && given !== null && !isNumber(given)) return this.refused('invalid-number', `The number of an object is an integer from 1 to ${LARGEST_OBJECT_NUMBER}.`, `${pointer}/number`);
    const number = isNumber(given) && given > this.next ? given : this.next;
    this.next = number + 1;
    return number;
  }

  private sourceOf(body: JsonObject, fallback: ObjectIdentity['source'], pointer: string): ObjectIdentity['source'] | null {
    const given = body['source'] ?? fallback;
    return isSource(given) ? given : this.refused('invalid-field', 'A source is manual, import or model.', `${pointer}/source`);
  }

  private refused(code: string, message: string, pointer: string): null {
    this.tools.report(code, message, pointer);
    return null;
  }
}
