import type { StepLabel } from '../model/history.js';
import type { LabelObject } from '../model/label-object.js';
import type { ClassInfo, Cursor, Draft } from '../tools/tool.js';

export type ToolName = 'select' | 'box' | 'polygon' | 'keypoints' | 'brush' | 'eraser' | 'fill';

/** What a page shows of the editor; a new object after each change, and the same one until then. */
export interface EditorView {
  readonly tool: ToolName;
  /** Of the tool, such as `polygon.drawing`. */
  readonly state: string;
  readonly cursor: Cursor;
  readonly draft: Draft | null;
  readonly objects: readonly LabelObject[];
  readonly suggestions: readonly LabelObject[];
  /** How many there are with those below the threshold and beside what is labeled. */
  readonly openSuggestions: number;
  readonly threshold: number;
  readonly noObject: boolean;
  readonly selection: ReadonlySet<string>;
  readonly hovered: string | null;
  /** Shown elsewhere than where they lie, while a gesture lasts; the same set until others are. */
  readonly lifted: ReadonlySet<string>;
  readonly hidden: ReadonlySet<string>;
  readonly locked: ReadonlySet<string>;
  /** All objects, to see the image bare. */
  readonly allHidden: boolean;
  readonly activeClass: ClassInfo | null;
  readonly classes: readonly ClassInfo[];
  /** Null: there is nothing to take back. */
  readonly undo: StepLabel | null;
  readonly redo: StepLabel | null;
  readonly readOnly: boolean;
}
