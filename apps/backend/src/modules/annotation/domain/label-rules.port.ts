import type { JsonObject, LabelObject, ObjectIdentity } from './label-object.js';

/** Adds a finding; the pointer is into the request's body. */
export type Report = (code: string, message: string, pointer: string) => void;

/** The rules of one image's labels: its task, its classes, its size. The same that an uploaded label file is held to. */
export abstract class LabelRules {
  /** One class an image: a new one takes the place of the old. */
  abstract readonly single: boolean;
  /** One mask an image, in layers; it is replaced whole. */
  abstract readonly masked: boolean;
  /** The object that a body describes, null where findings were reported. `known` is the object that the body is to change, if there is one. */
  abstract read(body: JsonObject, identity: ObjectIdentity, place: { readonly pointer: string; readonly report: Report; readonly known: LabelObject | undefined }): LabelObject | null;
  /** The body that `read` would make this object of: for putting it back. */
  abstract bodyOf(object: LabelObject): JsonObject;
  /** The body of an object after some of its fields were given anew; what follows from those is left out. */
  abstract merged(object: LabelObject, fields: JsonObject): JsonObject;
  /** The layers of `{mask: {size, classes}}`, as bodies, one a class, none empty, each with its pointer; null where findings were reported. */
  abstract readMask(body: JsonObject, pointer: string, report: Report): readonly { readonly body: JsonObject; readonly pointer: string }[] | null;
  /** What is wrong with objects that are right one by one. */
  abstract check(objects: readonly LabelObject[], report: Report): void;
}
