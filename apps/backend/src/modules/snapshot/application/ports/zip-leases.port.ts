/** One build at a time makes a zip: a message that comes twice must not make two. */
export abstract class ZipLeases {
  /** `taken-over`: from a build that was not heard of any more, and may have left something. Null: another build holds it. */
  abstract claim(snapshotId: string, builder: string): Promise<'free' | 'taken-over' | null>;
  /** Tells how far the zip is and holds it on. False: it is not wanted any more, or another build has it. */
  abstract report(snapshotId: string, builder: string, progress: { readonly done: number; readonly total: number }): Promise<boolean>;
  abstract release(snapshotId: string, builder: string): Promise<void>;
}
