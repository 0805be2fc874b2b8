export type EntryRole = 'annotations' | 'meta' | 'image' | 'mask' | 'junk' | 'other';

export interface PackageEntry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly junk: boolean;
}

/** Finds the wrapping folder and gives each entry its role. */
export class PackageLayout {
  /** '' or `folder/`. */
  readonly root: string;
  readonly hasMasks: boolean;
  private readonly junk: ReadonlySet<string>;

  /** The entries are gone through twice. */
  constructor(entries: Iterable<PackageEntry>) {
    const junk = new Set<string>();
    let flat = false;
    let wrapped: string | undefined;
    for (const entry of entries) {
      if (entry.junk) junk.add(entry.name);
      else if (entry.name === 'annotations.json') flat = true;
      else if (wrapped === undefined && /^[^/]+\/annotations\.json$/.test(entry.name)) wrapped = entry.name;
    }
    this.junk = junk;
    this.root = flat || wrapped === undefined ? '' : wrapped.slice(0, wrapped.indexOf('/') + 1);
    this.hasMasks = this.some(entries, 'mask');
  }

  private some(entries: Iterable<PackageEntry>, role: EntryRole): boolean {
    for (const { name } of entries) if (this.roleOf(name) === role) return true;
    return false;
  }

  /** The name from the dataset root; undefined outside of it. */
  inside(name: string): string | undefined {
    return name.startsWith(this.root) ? name.slice(this.root.length).normalize('NFC') : undefined;
  }

  roleOf(name: string): EntryRole {
    if (this.junk.has(name)) return 'junk';
    const path = this.inside(name) ?? '';
    if (path === 'annotations.json') return 'annotations';
    if (path === 'meta.json') return 'meta';
    if (path.startsWith('images/')) return 'image';
    return path.startsWith('masks/') ? 'mask' : 'other';
  }
}

/** An archive's directory as its reader gives it. */
interface Directory {
  entries(): Iterable<{ readonly name: string; readonly sizeBytes: number; readonly isJunk: boolean; readonly isDirectory: boolean }>;
}

/** The files of an archive as the format looks at them; made anew each time they are gone through, so that a million are never there at once. */
export function packageEntries(directory: Directory): Iterable<PackageEntry> {
  return {
    *[Symbol.iterator]() {
      for (const { name, sizeBytes, isJunk, isDirectory } of directory.entries()) if (!isDirectory) yield { name, sizeBytes, junk: isJunk };
    },
  };
}
