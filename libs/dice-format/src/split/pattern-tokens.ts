/** A part of a group pattern. */
export type PatternToken = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'run'; readonly slashes: boolean } | { readonly kind: 'digits' } | { readonly kind: 'group' };

const SLASH = 0x2f;

/** The same tokens for a text that is read from its end. */
export function reversed(tokens: readonly PatternToken[]): PatternToken[] {
  return tokens.map((token) => (token.kind === 'text' ? { kind: token.kind, text: reversedText(token.text) } : token)).reverse();
}

/** By UTF-16 unit: halves of a pair change places, in the name and in the pattern alike. */
export function reversedText(text: string): string {
  return text.split('').reverse().join('');
}

/** Flags by position: 1 where the tokens can have consumed exactly the text before it. Null: nowhere. Time: tokens x length. */
export function reachable(tokens: readonly PatternToken[], text: string): Uint8Array | null {
  let positions = new Uint8Array(text.length + 1);
  positions[0] = 1;
  for (const token of tokens) {
    positions = step(token, text, positions);
    if (!positions.includes(1)) return null;
  }
  return positions;
}

function step(token: PatternToken, text: string, from: Uint8Array): Uint8Array<ArrayBuffer> {
  switch (token.kind) {
    case 'text':
      return overText(token.text, text, from);
    case 'run':
      return overRun(token.slashes, text, from);
    case 'digits':
      return overDigits(text, from);
    case 'group':
      throw new Error('the group is found between what stands before and behind it');
  }
}

function overText(part: string, text: string, from: Uint8Array): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(text.length + 1);
  for (let at = 0; at + part.length <= text.length; at += 1) if (from[at] === 1 && text.startsWith(part, at)) to[at + part.length] = 1;
  return to;
}

function overRun(slashes: boolean, text: string, from: Uint8Array): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(text.length + 1);
  let isOpen = false;
  for (let at = 0; at <= text.length; at += 1) {
    if (from[at] === 1) isOpen = true;
    if (isOpen) to[at] = 1;
    if (!slashes && text.charCodeAt(at) === SLASH) isOpen = false;
  }
  return to;
}

function overDigits(text: string, from: Uint8Array): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(text.length + 1);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x30 && unit <= 0x39 && (from[at] === 1 || to[at] === 1)) to[at + 1] = 1;
  }
  return to;
}
