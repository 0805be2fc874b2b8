import type { NotedClass } from '@app/dataset-formats';
import { ClassTable, PALETTE, type DiceClass } from '@app/dice-format';
import type { NewClass } from '../../annotation/index.js';

/** What a class of a file becomes: a class of the dataset by its id, a new one, or nothing. */
export type ClassTarget = number | 'create' | 'skip';

/** By the names of the file's classes; `*` is for those that are not named. */
export type ClassMapping = ReadonlyMap<string, ClassTarget>;

const OTHERS = '*';

/** Which class of the dataset a name of a file means. New classes have ids here that nobody gave them yet. */
export class MappedClasses {
  private readonly table: ClassTable;
  private readonly created = new Map<string, number>();
  private readonly byName: ReadonlyMap<string, number>;
  private readonly byFolded: ReadonlyMap<string, number>;
  private next: number;

  constructor(
    private readonly mapping: ClassMapping,
    known: { readonly classes: readonly DiceClass[]; readonly nextClassId: number },
  ) {
    this.table = ClassTable.of(known.classes);
    this.byName = new Map(known.classes.map(({ id, name }) => [name, id]));
    this.byFolded = new Map(known.classes.map(({ id, name }) => [folded(name), id]));
    this.next = known.nextClassId;
  }

  /** The dataset's classes and the new ones. */
  get classes(): ClassTable {
    return this.table;
  }

  /** Undefined: neither the mapping nor a class of the dataset has this name. */
  targetOf(name: string): ClassTarget | undefined {
    return this.mapping.get(name) ?? this.byName.get(name) ?? this.byFolded.get(folded(name)) ?? this.mapping.get(OTHERS);
  }

  /** Null: leave it out. */
  idOf(name: string, details: DiceClass['details'] = {}): number | null {
    const target = this.targetOf(name);
    if (target === 'create') return this.create(name, details);
    return typeof target === 'number' ? target : null;
  }

  private create(name: string, details: DiceClass['details']): number {
    const known = this.byName.get(name) ?? this.created.get(name);
    if (known !== undefined) return known;
    const id = this.next++;
    this.created.set(name, id);
    this.table.byId.set(id, { id, name, color: PALETTE[id % PALETTE.length] ?? '#808080', details });
    return id;
  }
}

const folded = (name: string): string => name.normalize('NFC').trim().toLowerCase();

/** The classes that are to be made, as the dataset takes them; what it would refuse of their details is told to `warn`. */
export function newClasses(noted: readonly NotedClass[], classes: MappedClasses, warn: (name: string, field: string) => void): NewClass[] {
  return noted.filter(({ name, count }) => count > 0 && classes.targetOf(name) === 'create').map((one) => newClass(one, (field) => warn(one.name, field)));
}

const MOST_POINTS = 1_000;
const MOST_CHARACTERS = 200;
const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0 && value.length <= MOST_CHARACTERS;
const isPair = (value: unknown): value is number[] => Array.isArray(value) && value.length === 2 && value.every((end) => Number.isSafeInteger(end) && Number(end) >= 0);

function newClass({ name, color, details }: NotedClass, warn: (field: string) => void): NewClass {
  const { supercategory, keypoints, skeleton } = details;
  return {
    name,
    ...(color === undefined ? {} : { color }),
    ...(isText(supercategory) ? { supercategory } : left(supercategory, () => warn('supercategory'))),
    ...(isListOf(keypoints, isText) ? { keypoints } : left(keypoints, () => warn('keypoints'))),
    ...(isListOf(skeleton, isPair) ? { skeleton } : left(skeleton, () => warn('skeleton'))),
  };
}

function isListOf<T>(value: unknown, isOne: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.length > 0 && value.length <= MOST_POINTS && value.every(isOne);
}

/** Nothing is missed where nothing was given. */
function left(value: unknown, warn: () => void): Record<string, never> {
  if (value !== undefined && value !== null) warn();
  return {};
}
