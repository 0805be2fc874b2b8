import { foldName } from '../entry-name.js';
import type { EntryTable } from './entry-table.js';
import { KeyedNameHash } from './keyed-name-hash.js';

const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const SLASH = 0x2f;
/** Changing case makes at most three characters of one, and Unicode's NFC three of one (UAX 15); those have two bytes or more. */
const MAX_FOLDED_UNITS_A_BYTE = 5;

/**
 * Finds names that are one name on a system which ignores case and Unicode form. Keeps the hash and the row of each name and folds the name again
 * from the table to compare: hashes only say where to look, equality decides. 16 bytes a name instead of a text.
 */
export class NameIndex {
  private readonly hash: KeyedNameHash;
  private readonly rows: Uint32Array;
  private readonly hashes: Int32Array;
  private readonly mask: number;
  /** How long the names of files are, in units: most paths have no part as long as any, and nothing to look up. */
  private readonly hasFileOf: Uint8Array;
  /** The name in hand and the one that it is compared with. */
  private readonly mine: Uint16Array;
  private readonly other: Uint16Array;

  /** Names longer than `maxNameBytes` must not be given. */
  constructor(
    private readonly table: EntryTable,
    maxNameBytes: number,
  ) {
    const units = maxNameBytes * MAX_FOLDED_UNITS_A_BYTE;
    this.hash = new KeyedNameHash(units);
    this.hasFileOf = new Uint8Array(units + 1);
    this.mine = new Uint16Array(units);
    this.other = new Uint16Array(units);
    const slots = 2 ** Math.ceil(Math.log2(Math.max(8, table.count * 2)));
    this.rows = new Uint32Array(slots);
    this.hashes = new Int32Array(slots);
    this.mask = slots - 1;
  }

  /** False when a name of the same kind (file or directory) is there already. */
  add(row: number): boolean {
    const length = this.fold(row, this.mine);
    const isDirectory = this.table.isDirectory(row);
    const hash = this.hash.run(this.mine, isDirectory ? length - 1 : length, null);
    const slot = this.find(hash, isDirectory ? length - 1 : length, isDirectory);
    if (this.rows[slot] !== 0) return false;
    this.rows[slot] = row + 1;
    this.hashes[slot] = hash;
    if (!isDirectory) this.hasFileOf[length] = 1;
    return true;
  }

  /** Whether a part of the row's path, or the whole path of a directory, is the name of a file. After all names were added. */
  hasFileAsParent(row: number): boolean {
    const length = this.fold(row, this.mine);
    const most = this.longestParent(length);
    if (most < 0) return false;
    this.hash.run(this.mine, most + 1, this.hasFileOf);
    for (let parent = 0; parent < this.hash.parents; parent += 1) {
      const slot = this.find(this.hash.parentHashes[parent] ?? 0, this.hash.parentEnds[parent] ?? 0, false);
      if (this.rows[slot] !== 0) return true;
    }
    return false;
  }

  /** Where the longest part of the path ends that is as long as a file's name; -1 when none is. */
  private longestParent(length: number): number {
    for (let at = length - 1; at >= 0; at -= 1) if (this.mine[at] === SLASH && this.hasFileOf[at] === 1) return at;
    return -1;
  }

  /** The slot of the name that is equal to the first `length` units in hand, or the free one where it belongs. */
  private find(hash: number, length: number, isDirectory: boolean): number {
    for (let slot = hash & this.mask; ; slot = (slot + 1) & this.mask) {
      const row = this.rows[slot] ?? 0;
      if (row === 0 || (this.hashes[slot] === hash && this.isSame(row - 1, length, isDirectory))) return slot;
    }
  }

  private isSame(row: number, length: number, isDirectory: boolean): boolean {
    if (this.table.isDirectory(row) !== isDirectory) return false;
    if (this.fold(row, this.other) - Number(isDirectory) !== length) return false;
    for (let at = 0; at < length; at += 1) if (this.mine[at] !== this.other[at]) return false;
    return true;
  }

  /** Writes the folded name and answers its length in UTF-16 units. */
  private fold(row: number, into: Uint16Array): number {
    if (!this.table.isNameAsStored(row)) return foldText(foldName(this.table.name(row)), into);
    const bytes = this.table.nameBytes;
    const start = this.table.nameStart(row);
    const end = this.table.nameEnd(row);
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      into[at - start] = byte >= UPPER_A && byte <= UPPER_Z ? byte + 0x20 : byte;
    }
    return end - start;
  }
}

function foldText(text: string, into: Uint16Array): number {
  for (let at = 0; at < text.length; at += 1) into[at] = text.charCodeAt(at);
  return text.length;
}

/** Whether both rows lie in the same directory, byte for byte as stored: what was found of one holds for the other. */
export function areSiblings(table: EntryTable, left: number, right: number): boolean {
  if (!table.isNameAsStored(left) || !table.isNameAsStored(right)) return false;
  const length = directoryLength(table, left);
  if (directoryLength(table, right) !== length) return false;
  const [one, two] = [table.nameStart(left), table.nameStart(right)];
  for (let at = 0; at < length; at += 1) if (table.nameBytes[one + at] !== table.nameBytes[two + at]) return false;
  return true;
}

/** Bytes up to the last slash and with it. */
function directoryLength(table: EntryTable, row: number): number {
  const start = table.nameStart(row);
  for (let at = table.nameEnd(row) - 1; at >= start; at -= 1) if (table.nameBytes[at] === SLASH) return at + 1 - start;
  return 0;
}
