import { archiveError, type ArchiveFindings } from '../archive-findings.js';
import type { ByteCursor } from '../byte-cursor.js';
import { decodeName, decodeUnflaggedName, isAscii, isJunkName, nameProblem } from '../entry-name.js';
import type { ArchiveLimits } from '../limits.js';
import { CENTRAL_HEADER_BYTES, CENTRAL_HEADER_SIGNATURE, FLAG_UTF8 } from '../zip-format.js';
import { kindProblem, parseCentralHeader, type CentralHeader } from './central-header.js';
import type { EndRecord } from './end-record.js';

/** An entry while the directory is being read: its name may be undecided and its region is not known. */
export interface DraftEntry {
  readonly index: number;
  name: string;
  readonly rawName: string;
  undecided: boolean;
  readonly method: number;
  readonly flags: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  readonly crc32: number;
  readonly localHeaderOffset: number;
  regionEnd: number;
  isDirectory: boolean;
  isJunk: boolean;
}

const SLASH = 0x2f;

/** Reads the central directory entry by entry; memory is that of the entries. */
export class DirectoryParser {
  private readonly drafts: DraftEntry[] = [];
  private allValidUtf8 = true;
  private totalBytes = 0;

  constructor(
    private readonly end: EndRecord,
    private readonly limits: ArchiveLimits,
    private readonly findings: ArchiveFindings,
  ) {}

  /** Sum of the declared sizes of what was read. */
  get unpackedBytes(): number {
    return this.totalBytes;
  }

  async parse(cursor: ByteCursor): Promise<DraftEntry[]> {
    for (let index = 0; index < this.end.entryCount && !this.findings.full; index += 1) await this.parseEntry(cursor, index);
    if (!this.findings.full && cursor.position !== this.end.directoryBytes) {
      throw archiveError({ kind: 'unsafe', code: 'entry-count-lies', message: 'The central directory holds more than the entries that the archive claims.' });
    }
    this.decideNames();
    return this.drafts;
  }

  private async parseEntry(cursor: ByteCursor, index: number): Promise<void> {
    const left = this.end.directoryBytes - cursor.position;
    if (left < CENTRAL_HEADER_BYTES) throw brokenDirectory(index);
    const header = cursor.tryTake(CENTRAL_HEADER_BYTES) ?? (await cursor.take(CENTRAL_HEADER_BYTES));
    const nameBytes = header.readUInt16LE(28);
    const variableBytes = nameBytes + header.readUInt16LE(30) + header.readUInt16LE(32);
    if (header.readUInt32LE(0) !== CENTRAL_HEADER_SIGNATURE || variableBytes > left - CENTRAL_HEADER_BYTES) throw brokenDirectory(index);
    const variable = cursor.tryTake(variableBytes) ?? (await cursor.take(variableBytes));
    const rawName = variable.subarray(0, nameBytes);
    const parsed = parseCentralHeader(header, variable.subarray(nameBytes, nameBytes + header.readUInt16LE(30)));
    if (typeof parsed === 'string') this.refuse({ index, name: rawName.toString('latin1') }, 'header-lies', parsed);
    else this.addDraft(index, rawName, parsed);
  }

  private addDraft(index: number, raw: Buffer, header: CentralHeader): void {
    const rawName = raw.toString('latin1');
    const draft: DraftEntry = {
      index,
      name: rawName,
      rawName,
      undecided: false,
      method: header.method,
      flags: header.flags,
      compressedBytes: header.compressedBytes,
      sizeBytes: header.sizeBytes,
      crc32: header.crc32,
      localHeaderOffset: header.localHeaderOffset,
      regionEnd: 0,
      isDirectory: raw[raw.length - 1] === SLASH,
      isJunk: false,
    };
    this.decode(draft, raw, header);
    const problem = kindProblem(header, draft.isDirectory);
    if (problem !== null) this.refuse(draft, problem.code, problem.message);
    this.checkSizes(draft);
    this.drafts.push(draft);
  }

  private decode(draft: DraftEntry, raw: Buffer, header: CentralHeader): void {
    if (raw.length > this.limits.maxNameBytes) this.refuse(draft, 'unsafe-name', `the name has ${raw.length} bytes; at most ${this.limits.maxNameBytes} are allowed.`);
    if (isAscii(draft.rawName) && header.extra.length === 0) return this.acceptName(draft, draft.rawName);
    const decoded = decodeName(raw, (header.flags & FLAG_UTF8) !== 0, header.extra);
    switch (decoded.kind) {
      case 'decided':
        return this.acceptName(draft, decoded.name);
      case 'broken':
        return this.refuse(draft, 'unsafe-name', decoded.message);
      case 'undecided':
        draft.undecided = true;
        this.allValidUtf8 &&= decoded.validUtf8;
    }
  }

  /** The encoding of unflagged names is one for the whole archive: some CP949 names are valid UTF-8 by chance. */
  private decideNames(): void {
    for (const draft of this.drafts) {
      if (!draft.undecided) continue;
      draft.undecided = false;
      const name = decodeUnflaggedName(Buffer.from(draft.rawName, 'latin1'), this.allValidUtf8);
      if (name === null) this.refuse(draft, 'unsafe-name', 'the name is neither UTF-8 nor CP949.');
      else this.acceptName(draft, name);
    }
  }

  private acceptName(draft: DraftEntry, name: string): void {
    draft.name = name === draft.rawName ? draft.rawName : name;
    draft.isDirectory = name.endsWith('/');
    draft.isJunk = isJunkName(name);
    const problem = nameProblem(name);
    if (problem !== null) this.refuse(draft, 'unsafe-name', problem);
  }

  private checkSizes(draft: DraftEntry): void {
    this.totalBytes += draft.sizeBytes;
    const { maxEntryBytes, maxRatio, ratioFloorBytes } = this.limits;
    if (draft.sizeBytes > maxEntryBytes) {
      this.findings.add({ kind: 'size', code: 'entry-too-large', message: `it unpacks to ${draft.sizeBytes} bytes; at most ${maxEntryBytes} are allowed.`, entry: draft });
    } else if (draft.sizeBytes > ratioFloorBytes && draft.sizeBytes > maxRatio * draft.compressedBytes) {
      this.findings.add({ kind: 'size', code: 'ratio-too-high', message: `it unpacks to more than ${maxRatio} times its size.`, entry: draft });
    }
  }

  private refuse(entry: { index: number; name: string }, code: string, message: string): void {
    this.findings.add({ kind: 'unsafe', code, message, entry });
  }
}

function brokenDirectory(index: number): Error {
  return archiveError({ kind: 'unsafe', code: 'directory-broken', message: `The central directory cannot be read at entry ${index}.` });
}
