import { FindingCollector } from './finding-collector.js';
import { isName, isObject, isSmallInteger } from './json-access.js';

/** A class of the dataset. `details` holds supercategory, keypoints and skeleton where they are given. */
export interface DiceClass {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Twenty colours that stay apart on light and dark images. */
export const PALETTE: readonly string[] = [
  '#E6194B', '#3CB44B', '#4363D8', '#F58231', '#911EB4', '#42D4F4', '#F032E6', '#BFEF45', '#FABED4', '#469990',
  '#DCBEFF', '#9A6324', '#FFE119', '#800000', '#AAFFC3', '#808000', '#FFD8B1', '#000075', '#A9A9A9', '#1F77B4',
];

const BACKGROUND = '__background__';
const COLOR = /^#[0-9a-fA-F]{6}$/;

/** The classes of one label file, as they are read. */
export class ClassTable {
  readonly byId = new Map<number, DiceClass>();
  private readonly names = new Set<string>();
  private readonly background = new Set<number>([-1]);

  constructor(private readonly findings: FindingCollector) {}

  /** Classes that were checked before. */
  static of(classes: Iterable<DiceClass>): ClassTable {
    const table = new ClassTable(new FindingCollector());
    for (const one of classes) {
      table.byId.set(one.id, one);
      table.names.add(one.name);
    }
    return table;
  }

  isBackground(classId: unknown, name: unknown): boolean {
    return name === BACKGROUND || (typeof classId === 'number' && this.background.has(classId));
  }

  keypointCount(classId: number): number | undefined {
    const keypoints = this.byId.get(classId)?.details['keypoints'];
    return Array.isArray(keypoints) ? keypoints.length : undefined;
  }

  add(raw: unknown, index: number): void {
    const pointer = `/classes/${index}`;
    if (!isObject(raw)) return this.findings.error('invalid-field', 'A class is an object with id and name.', { pointer });
    if (this.isBackground(raw['id'], raw['name'])) {
      if (typeof raw['id'] === 'number') this.background.add(raw['id']);
      return;
    }
    const { id, name } = raw;
    if (!isSmallInteger(id, 0)) return this.findings.error('invalid-field', 'The id of a class is an integer from 0 to 2147483647.', { pointer: `${pointer}/id` });
    if (!isName(name)) return this.findings.error('invalid-field', 'The name of a class is a text of 1 to 255 characters without control characters.', { pointer: `${pointer}/name` });
    if (this.byId.has(id)) return this.findings.error('duplicate-id', `The class id ${id} appears twice.`, { pointer: `${pointer}/id` });
    if (this.names.has(name)) this.findings.error('duplicate-name', 'A class name appears twice.', { pointer: `${pointer}/name` });
    this.names.add(name);
    this.byId.set(id, { id, name, color: this.colorOf(raw['color'], id, pointer), details: detailsOf(raw) });
  }

  private colorOf(color: unknown, id: number, pointer: string): string {
    if (typeof color === 'string' && COLOR.test(color)) return color.toUpperCase();
    if (color !== undefined && color !== null) this.findings.warn('color-replaced', 'A colour is not written #RRGGBB; one of the palette was put in its place.', { pointer: `${pointer}/color` });
    return PALETTE[id % PALETTE.length] ?? '#808080';
  }
}

function detailsOf(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const details: Record<string, unknown> = {};
  for (const key of ['supercategory', 'keypoints', 'skeleton']) if (raw[key] !== undefined && raw[key] !== null) details[key] = raw[key];
  return details;
}
