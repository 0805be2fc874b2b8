import type { ClassList } from './ports/class-store.port.js';

/** The classes as clients get them. */
export interface ClassesAnswer {
  readonly revision: number;
  readonly classes: readonly Readonly<Record<string, unknown>>[];
}

export function classesAnswer({ revision, classes }: Pick<ClassList, 'revision' | 'classes'>): ClassesAnswer {
  const part = (details: Readonly<Record<string, unknown>>, key: string): unknown => details[key] ?? null;
  return {
    revision,
    classes: classes.map(({ id, name, color, details, imageCount }) => ({
      ...{ id, name, color, supercategory: part(details, 'supercategory'), keypoints: part(details, 'keypoints'), skeleton: part(details, 'skeleton') },
      image_count: imageCount,
    })),
  };
}
