import { inverse, type Change } from './change.js';
import type { ImageDocument } from './image-document.js';

/** What a step was, for "Undo ..." in the reader's words: a key of the page's texts. */
export type StepLabel =
  | 'draw'
  | 'move'
  | 'resize'
  | 'reshape'
  | 'delete'
  | 'paste'
  | 'repeat'
  | 'class'
  | 'attributes'
  | 'accept'
  | 'nudge'
  | 'mask';

interface Step {
  readonly label: StepLabel;
  readonly changes: readonly Change[];
  /** In the place of changes. */
  readonly effect?: StepEffect;
}

/** Steps that are kept an image: far more than anybody walks back, and bounded for a day of work. */
const MOST_STEPS = 500;

/** Undo and redo of one image. It outlives the visit: who comes back to the image can still undo. */
export class History {
  private done: Step[] = [];
  private undone: Step[] = [];

  /** Applies and remembers. */
  do(document: ImageDocument, label: StepLabel, changes: readonly Change[]): readonly Change[] {
    const applied = document.apply(changes);
    if (applied.length === 0) return applied;
    this.done = [...this.done, { label, changes: applied }].slice(-MOST_STEPS);
    this.undone = [];
    return applied;
  }

  /** Remembers what was done elsewhere, in its turn among the others. */
  add(label: StepLabel, effect: StepEffect): void {
    this.done = [...this.done, { label, changes: [], effect }].slice(-MOST_STEPS);
    this.undone = [];
  }

  /** Takes the last step back; one of which nothing is left, because somebody else changed the same since, is skipped. */
  undo(document: ImageDocument): readonly Change[] {
    return this.walk(document, 'undo');
  }
  redo(document: ImageDocument): readonly Change[] {
    return this.walk(document, 'redo');
  }

  get undoLabel(): StepLabel | null {
    return this.done.at(-1)?.label ?? null;
  }
  get redoLabel(): StepLabel | null {
    return this.undone.at(-1)?.label ?? null;
  }

  private walk(document: ImageDocument, direction: 'undo' | 'redo'): readonly Change[] {
    const [from, to] = direction === 'undo' ? [this.done, this.undone] : [this.undone, this.done];
    for (let step = from.pop(); step !== undefined; step = from.pop()) {
      if (step.effect !== undefined) {
        if (!step.effect[direction]()) continue;
        to.push(step);
        return [];
      }
      const applied = document.apply(direction === 'undo' ? inverse(step.changes) : step.changes);
      if (applied.length === 0) continue;
      to.push({ label: step.label, changes: direction === 'undo' ? inverse(applied) : applied });
      return applied;
    }
    return [];
  }
}

/** A step that is kept elsewhere, such as the pixels of a stroke. False: nothing of it is left, and the walk goes on. */
export interface StepEffect {
  undo(): boolean;
  redo(): boolean;
}
