import type { JsonObject, LabelObject, LabelStatus } from './label-object.js';

/** One of the forms in which a client says what to do with the objects. Bodies are not checked yet. */
export type ObjectsPatch =
  | { readonly form: 'annotation'; readonly body: JsonObject | null }
  | { readonly form: 'annotations'; readonly bodies: readonly unknown[] }
  | { readonly form: 'changes'; readonly changes: readonly { readonly id: string | number; readonly after: JsonObject | null }[] }
  /** The labels of an earlier revision, as they were. */
  | { readonly form: 'restore'; readonly objects: readonly LabelObject[] };

export interface DocumentPatch {
  readonly objects?: ObjectsPatch;
  readonly noObject?: boolean;
  readonly status?: LabelStatus;
}
