import { DomainError } from '@app/kernel';
import { reachable, reversed, reversedText, type PatternToken } from './pattern-tokens.js';

/** Of a pattern, UTF-16 units. */
export const MAX_PATTERN_LENGTH = 200;
/** `*`, `**` and `#` in one pattern. The cost of a match is at most (wildcards + texts between) x (length of the name). */
export const MAX_PATTERN_WILDCARDS = 8;
/** Longer names than any file system knows are in no group: matching them is work without an end in sight. */
const MAX_NAME_LENGTH = 1_024;

const GROUP = '{group}';
const SPECIAL = /\\([\s\S])|\{group\}|\*\*|\*|#|\{|\}|\\/gu;
const SLASH = 0x2f;

/**
 * Says by its name which group an image belongs to: `{group}_*.jpg` puts `patient7_001.jpg` and `patient7_002.jpg` into the group `patient7`.
 *
 * `{group}` stands for one or more characters other than `/` and occurs once; `*` for any number of characters other than `/`, `**` for any
 * characters, `#` for one or more digits; `\` takes the next character as it is; all else stands for itself, case included. The whole name has to
 * match. Where several readings match, the group begins as early and is as short as can be. No regular expression: matching takes linear time
 * for every pattern and every name (the set of reachable positions is carried along, nothing is tried again).
 */
export class GroupPattern {
  private constructor(
    readonly text: string,
    private readonly before: readonly PatternToken[],
    /** What follows the group, read from the end. */
    private readonly behind: readonly PatternToken[],
  ) {}

  /** @throws DomainError `validation-failed`, with a finding at `pointer`, for a pattern that is none. */
  static parse(text: string, pointer = '/group_pattern'): GroupPattern {
    if (text.length > MAX_PATTERN_LENGTH) throw refused(pointer, `A pattern has at most ${MAX_PATTERN_LENGTH} characters.`);
    const tokens = tokensOf(text, pointer);
    const places = tokens.flatMap((token, index) => (token.kind === 'group' ? [index] : []));
    const place = places[0];
    if (place === undefined || places.length > 1) throw refused(pointer, `A pattern has ${GROUP} exactly once.`);
    if (tokens.filter((token) => token.kind === 'run' || token.kind === 'digits').length > MAX_PATTERN_WILDCARDS) throw refused(pointer, `A pattern has at most ${MAX_PATTERN_WILDCARDS} wildcards.`);
    for (const [index, token] of tokens.entries()) assertBounded(token, tokens[index + 1], pointer);
    return new GroupPattern(text, tokens.slice(0, place), reversed(tokens.slice(place + 1)));
  }

  /** The group of an image by its file name (a leading `images/` is no part of it); null when the name does not match. */
  groupOf(fileName: string): string | null {
    const name = fileName.startsWith('images/') ? fileName.slice('images/'.length) : fileName;
    if (name.length > MAX_NAME_LENGTH) return null;
    const starts = reachable(this.before, name);
    if (starts === null) return null;
    const ends = reachable(this.behind, reversedText(name));
    return ends === null ? null : shortest(name, starts, ends);
  }
}

/** The earliest start that has an end, with its nearest end; both are flags by position, `ends` counted from the end of the name. */
function shortest(name: string, starts: Uint8Array, ends: Uint8Array): string | null {
  let end = -1;
  let found: string | null = null;
  for (let at = name.length - 1; at >= 0; at -= 1) {
    if (ends[name.length - at - 1] === 1) end = at + 1;
    if (name.charCodeAt(at) === SLASH) end = -1;
    if (starts[at] === 1 && end !== -1) found = name.slice(at, end);
  }
  return found;
}

function tokensOf(text: string, pointer: string): PatternToken[] {
  const tokens: PatternToken[] = [];
  const literal = (part: string): void => {
    const last = tokens.at(-1);
    if (part === '') return;
    if (last?.kind === 'text') tokens[tokens.length - 1] = { kind: 'text', text: last.text + part };
    else tokens.push({ kind: 'text', text: part });
  };
  let from = 0;
  for (const found of text.matchAll(SPECIAL)) {
    literal(text.slice(from, found.index));
    from = found.index + found[0].length;
    if (found[1] !== undefined) literal(found[1]);
    else tokens.push(special(found[0], pointer));
  }
  literal(text.slice(from));
  return tokens;
}

function special(text: string, pointer: string): PatternToken {
  switch (text) {
    case GROUP:
      return { kind: 'group' };
    case '*':
      return { kind: 'run', slashes: false };
    case '**':
      return { kind: 'run', slashes: true };
    case '#':
      return { kind: 'digits' };
    default:
      throw refused(pointer, `The only name in braces is ${GROUP}; write \\{, \\} and \\\\ for the characters themselves.`);
  }
}

/** Two neighbours between which no character says where one ends and the other begins. */
function assertBounded(token: PatternToken, next: PatternToken | undefined, pointer: string): void {
  if (next === undefined) return;
  const isOpen = (one: PatternToken): boolean => one.kind === 'run' || one.kind === 'group';
  if (isOpen(token) && isOpen(next)) throw refused(pointer, `Between ${GROUP} and *, and between two *, stands a character: nothing else says where the group ends.`);
}

function refused(pointer: string, message: string): DomainError {
  return new DomainError('validation-failed', message, { findings: [{ code: 'invalid-pattern', pointer, message, hint: `For example ${GROUP}_*.jpg, or ${GROUP}/** for folders.` }] });
}
