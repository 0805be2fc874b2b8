import { isLitter } from './local-checks.js';
import type { PickedFile } from './upload-item.js';

/** Files of a file or folder field, under the path that they have in the folder. */
export function ofField(files: Iterable<File>): readonly PickedFile[] {
  return inOrder([...files].filter((file) => !isLitter(file.name)).map((file) => ({ path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file })));
}

/** What was dropped, folders with all that is in them. To be called in the event: afterwards nothing of it can be read. */
export async function ofDrop(transfer: DataTransfer): Promise<readonly PickedFile[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const found: PickedFile[] = [];
  for (const entry of entries) await collect(entry, found);
  return inOrder(found);
}

async function collect(entry: FileSystemEntry, found: PickedFile[]): Promise<void> {
  if (isLitter(entry.name)) return;
  if (entry instanceof FileSystemFileEntry) {
    const file = await new Promise<File | null>((resolve) => entry.file(resolve, () => resolve(null)));
    if (file !== null) found.push({ path: entry.fullPath.replace(/^\//, ''), file });
  } else if (entry instanceof FileSystemDirectoryEntry) {
    for (const inner of await entriesOf(entry.createReader())) await collect(inner, found);
  }
}

/** A reader gives a hundred at a time, and none at the end. */
async function entriesOf(reader: FileSystemDirectoryReader): Promise<readonly FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** As a person counts: 2 before 10. The images get their numbers in this order, as nearly as four at a time keep it. */
const inOrder = (picked: readonly PickedFile[]): readonly PickedFile[] => {
  const { compare } = new Intl.Collator('en', { numeric: true });
  return [...picked].sort((a, b) => compare(a.path, b.path));
};
