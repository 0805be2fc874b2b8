/**
 * What must not stand in a name that people see: control characters (Postgres takes no U+0000, logs and terminals obey some), half surrogate pairs, and
 * what turns the direction of the text beside it (Unicode TR 36, "bidirectional text spoofing").
 */
const UNSHOWABLE = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;
const EVERY_UNSHOWABLE = new RegExp(UNSHOWABLE, 'gu');

/** Whether a text can be stored and shown as it is. */
export function isShowable(text: string): boolean {
  return !UNSHOWABLE.test(text);
}

/** The text with U+FFFD for every character that cannot be shown. */
export function showable(text: string): string {
  return text.replaceAll(EVERY_UNSHOWABLE, '\ufffd');
}
