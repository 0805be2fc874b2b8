import { ClassTable, type DiceClass } from './dice-class.js';
import { FindingCollector } from './finding-collector.js';
import { type ImageLabels, readImageLabels } from './image-labels.js';
import type { JsonObject } from './json-access.js';
import type { TaskType } from './task-type.js';

/**
 * Puts labels into the one form in which they are hashed and written, by the reader of uploads itself: defaults filled in, shapes cut to the image,
 * unknown fields left out. Writers go through it, so that a hash they write is the one that a reader computes.
 */
export class CanonicalLabels {
  readonly findings = new FindingCollector();
  private readonly table = new ClassTable(this.findings);

  constructor(
    private readonly taskType: TaskType,
    classes: readonly DiceClass[],
  ) {
    for (const [index, { id, name, color, details }] of classes.entries()) this.table.add({ id, name, color, ...details }, index);
  }

  /** As a reader of the file will know them. */
  get classes(): readonly DiceClass[] {
    return [...this.table.byId.values()];
  }

  nameOf(classId: unknown): string | undefined {
    return typeof classId === 'number' ? this.table.byId.get(classId)?.name : undefined;
  }

  /** What a reader would say against the element; nothing is kept in `findings`. */
  problemOf(raw: JsonObject): string | undefined {
    const findings = new FindingCollector(1);
    readImageLabels(raw, { taskType: this.taskType, classes: this.table, findings, pointer: '' });
    return findings.errors[0]?.message;
  }

  /** Undefined, with findings, where the element is no image at all. Check `findings` after the last one. */
  read(raw: JsonObject, pointer: string): ImageLabels | undefined {
    return readImageLabels(raw, { taskType: this.taskType, classes: this.table, findings: this.findings, pointer });
  }
}
