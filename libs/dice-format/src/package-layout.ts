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

  constructor(entries: readonly PackageEntry[]) {
    const useful = entries.filter((entry) => !entry.junk);
    this.junk = new Set(entries.filter((entry) => entry.junk).map((entry) => entry.name));
    const wrapped = useful.find((entry) => /^[^/]+\/annotations\.json$/.test(entry.name))?.name;
    const flat = useful.some((entry) => entry.name === 'annotations.json');
    this.root = flat || wrapped === undefined ? '' : wrapped.slice(0, wrapped.indexOf('/') + 1);
    this.hasMasks = useful.some((entry) => this.roleOf(entry.name) === 'mask');
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
