import { GroupPattern, readSplitConfig } from '@app/dice-format';

/** The group of an image by its file name, as the split of its dataset has it; null for all where that has no pattern. */
export function splitGroups(splitConfig: unknown): (fileName: string) => string | null {
  const text = readSplitConfig(splitConfig)?.groupPattern ?? null;
  if (text === null) return () => null;
  const pattern = GroupPattern.parse(text);
  return (fileName) => pattern.groupOf(fileName);
}
