import { archiveError, type ArchiveFindings } from '../archive-findings.js';
import type { ByteCursor } from '../byte-cursor.js';
import { decodeName, decodeUnflaggedName, isAscii, isJunkName, nameProblem } from '../entry-name.js';
import type { ArchiveLimits } from '../limits.js';
import { CENTRAL_HEADER_BYTES, CENTRAL_HEADER_SIGNATURE, FLAG_UTF8 } from '../zip-format.js';
import { kindProblem, parseCentralHeader, type CentralHeader } from './central-header.js';
import type { EndRecord } from './end-record.js';
import { EntryTable, type NameReading } from './entry-table.js';
import { isPlainName } from './plain-name.js';

const SLASH = 0x2f;

/** Reads the central directory entry by entry into a table. */
export class DirectoryParser {
  private readonly table: EntryTable;
  private hasUndecided = false;
  private allValidUtf8 = true;
  private totalBytes = 0;

  constructor(
    private readonly end: EndRecord,
    private readonly limits: ArchiveLimits,
    private readonly findings: ArchiveFindings,
  ) {
    this.table = new EntryTable(end);
  }

  /** Sum of the declared sizes of what was read. */
  get unpackedBytes(): number {
    return this.totalBytes;
  }

  async parse(cursor: ByteCursor): Promise<EntryTable> {
    while (this.table.count < this.end.entryCount && !this.findings.full) cursor.advance(this.parseWindow(await this.nextWindow(cursor)));
    if (!this.findings.full && cursor.position !== this.end.directoryBytes) {
      throw archiveError({ kind: 'unsafe', code: 'entry-count-lies', message: 'The central directory holds more than the entries that the archive claims.' });
    }
    if (this.hasUndecided) this.decideNames();
    return this.table;
  }

  /** Bytes with one whole record at least, after it was seen that the directory can hold it. */
  private async nextWindow(cursor: ByteCursor): Promise<Buffer> {
    const left = this.end.directoryBytes - cursor.position;
    if (left < CENTRAL_HEADER_BYTES) throw brokenDirectory(this.table.count);
    const header = await cursor.window(CENTRAL_HEADER_BYTES);
    const recordBytes = CENTRAL_HEADER_BYTES + variableBytesOf(header, 0);
    if (header.readUInt32LE(0) !== CENTRAL_HEADER_SIGNATURE || recordBytes > left) throw brokenDirectory(this.table.count);
    return cursor.window(recordBytes);
  }

  /** Reads the whole records of the window and answers how many bytes they have. A record that is cut or none is left to `nextWindow`. */
  private parseWindow(window: Buffer): number {
    let at = 0;
    while (at + CENTRAL_HEADER_BYTES <= window.length && this.table.count < this.end.entryCount && !this.findings.full) {
      const next = at + CENTRAL_HEADER_BYTES + variableBytesOf(window, at);
      if (next > window.length || window.readUInt32LE(at) !== CENTRAL_HEADER_SIGNATURE) break;
      this.parseEntry(window, at);
      at = next;
    }
    return at;
  }

  private parseEntry(bytes: Buffer, at: number): void {
    const name = { start: at + CENTRAL_HEADER_BYTES, end: at + CENTRAL_HEADER_BYTES + bytes.readUInt16LE(at + 28) };
    const header = parseCentralHeader(bytes, at);
    if (typeof header === 'string') return this.refuse(this.table.add(null, bytes, name), 'header-lies', header);
    const row = this.table.add(header, bytes, name);
    this.readName(row, header);
    const problem = kindProblem(header, this.table.isDirectory(row));
    if (problem !== null) this.refuse(row, problem.code, problem.message);
    this.checkSizes(row, header);
  }

  private readName(row: number, header: CentralHeader): void {
    const { table } = this;
    const [start, end] = [table.nameStart(row), table.nameEnd(row)];
    const isDirectory = table.nameBytes[end - 1] === SLASH && end > start;
    if (end - start > this.limits.maxNameBytes) return this.refuseLongName(row, end - start);
    if (header.extra.length === 0 && isPlainName(table.nameBytes, start, end)) return table.setTraits(row, { reading: 'as-stored', isDirectory, isJunk: false });
    table.setTraits(row, { reading: 'refused', isDirectory, isJunk: false });
    this.readUnusualName(row, header);
  }

  private readUnusualName(row: number, header: CentralHeader): void {
    const { table } = this;
    const raw = table.nameBytes.subarray(table.nameStart(row), table.nameEnd(row));
    const decoded = decodeName(raw, (header.flags & FLAG_UTF8) !== 0, header.extra);
    switch (decoded.kind) {
      case 'decided':
        if (decoded.unicodePath === null) return this.acceptName(row, decoded.name, 'utf-8');
        if (decoded.unicodePath.length > this.limits.maxNameBytes) return this.refuseLongName(row, decoded.unicodePath.length);
        table.addUnicodePath(row, decoded.unicodePath);
        return this.acceptName(row, decoded.name, 'unicode-path');
      case 'broken':
        return this.refuse(row, 'unsafe-name', decoded.message);
      case 'undecided':
        this.hasUndecided = true;
        this.allValidUtf8 &&= decoded.validUtf8;
        table.setTraits(row, { reading: 'undecided', isDirectory: table.isDirectory(row), isJunk: false });
    }
  }

  /** The encoding of unflagged names is one for the whole archive: some CP949 names are valid UTF-8 by chance. */
  private decideNames(): void {
    const { table } = this;
    for (let row = 0; row < table.count; row += 1) {
      if (table.isBroken(row) || table.reading(row) !== 'undecided') continue;
      const raw = table.nameBytes.subarray(table.nameStart(row), table.nameEnd(row));
      const name = decodeUnflaggedName(raw, this.allValidUtf8);
      if (name === null) this.refuse(row, 'unsafe-name', 'the name is neither UTF-8 nor CP949.');
      else this.acceptName(row, name, this.allValidUtf8 ? 'utf-8' : 'cp949');
    }
  }

  private acceptName(row: number, name: string, reading: NameReading): void {
    // ASCII is itself in every reading but that of the other field.
    const asStored = reading !== 'unicode-path' && isAscii(name) && name.length === this.table.nameEnd(row) - this.table.nameStart(row);
    this.table.setTraits(row, { reading: asStored ? 'as-stored' : reading, isDirectory: name.endsWith('/'), isJunk: isJunkName(name) });
    const problem = nameProblem(name);
    if (problem !== null) this.refuse(row, 'unsafe-name', problem);
  }

  private checkSizes(row: number, { sizeBytes, compressedBytes }: CentralHeader): void {
    this.totalBytes += sizeBytes;
    const { maxEntryBytes, maxRatio, ratioFloorBytes } = this.limits;
    if (sizeBytes <= ratioFloorBytes && sizeBytes <= maxEntryBytes) return;
    const entry = { index: row, name: this.table.name(row) };
    if (sizeBytes > maxEntryBytes) {
      this.findings.add({ kind: 'size', code: 'entry-too-large', message: `it unpacks to ${sizeBytes} bytes; at most ${maxEntryBytes} are allowed.`, entry });
    } else if (sizeBytes > maxRatio * compressedBytes) {
      this.findings.add({ kind: 'size', code: 'ratio-too-high', message: `it unpacks to more than ${maxRatio} times its size.`, entry });
    }
  }

  private refuseLongName(row: number, bytes: number): void {
    this.table.setTraits(row, { reading: 'refused', isDirectory: this.table.isDirectory(row), isJunk: false, isLongName: true });
    this.refuse(row, 'unsafe-name', `the name has ${bytes} bytes; at most ${this.limits.maxNameBytes} are allowed.`);
  }

  private refuse(row: number, code: string, message: string): void {
    this.findings.add({ kind: 'unsafe', code, message, entry: { index: row, name: this.table.name(row) } });
  }
}

function variableBytesOf(bytes: Buffer, at: number): number {
  return bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
}

function brokenDirectory(index: number): Error {
  return archiveError({ kind: 'unsafe', code: 'directory-broken', message: `The central directory cannot be read at entry ${index}.` });
}
