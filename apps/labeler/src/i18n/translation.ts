import type { en } from './en.js';

/** The shape of a translation: the keys of English, less the singular forms, which a language without plurals does not have. */
type Texts<T> = { readonly [K in keyof T as K extends `${string}_one` ? never : K]: T[K] extends string ? string : Texts<T[K]> };
export type Translation = Texts<typeof en>;
