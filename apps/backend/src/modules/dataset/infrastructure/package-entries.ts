import type { ArchiveDirectory } from '@app/archive';
import type { PackageEntry } from '@app/dice-format';

/** The files of a zip as the format looks at them; made anew each time they are gone through. */
export function packageEntries(directory: ArchiveDirectory): Iterable<PackageEntry> {
  return {
    *[Symbol.iterator]() {
      for (const { name, sizeBytes, isJunk, isDirectory } of directory.entries()) if (!isDirectory) yield { name, sizeBytes, junk: isJunk };
    },
  };
}
