import { DomainError } from '@app/kernel';

/**
 * The lines of a text that comes in pieces; memory holds one piece and one line. A last line without an end counts, an empty one does not.
 * Throws `validation-failed` for a line that is longer than `mostCharacters`.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, mostCharacters = Infinity): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > mostCharacters) throw new DomainError('validation-failed', `A line has more than ${mostCharacters} characters.`);
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
