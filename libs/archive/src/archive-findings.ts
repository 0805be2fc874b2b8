import { DomainError, showable, type Finding } from '@app/kernel';

const SHOWN_NAME_CHARACTERS = 200;

/** Whether a finding breaks a size rule (HTTP 413) or makes the archive unsafe (422). */
export type FindingKind = 'unsafe' | 'size';

export interface ArchiveFinding {
  readonly kind: FindingKind;
  readonly code: string;
  readonly message: string;
  readonly entry?: { readonly index: number; readonly name: string };
}

/** Collects findings up to a cap and turns them into one refusal. */
export class ArchiveFindings {
  private readonly found: Finding[] = [];
  private unsafe = false;

  constructor(private readonly maxFindings: number) {}

  get full(): boolean {
    return this.found.length >= this.maxFindings;
  }

  get list(): readonly Finding[] {
    return this.found;
  }

  add(finding: ArchiveFinding): void {
    if (finding.kind === 'unsafe') this.unsafe = true;
    if (!this.full) this.found.push(toFinding(finding));
  }

  throwIfAny(cause?: unknown): void {
    if (this.found.length > 0) throw this.toError(cause);
  }

  toError(cause?: unknown): DomainError {
    const first = this.found[0]?.message ?? 'The archive cannot be read.';
    const more = this.found.length > 1 ? ` There are ${this.found.length - 1} more findings.` : '';
    return new DomainError(this.unsafe ? 'unsafe-archive' : 'too-large', `${first}${more}`, { findings: this.found, cause });
  }
}

/** A refusal for one reason that leaves nothing else to look at. */
export function archiveError(finding: ArchiveFinding, cause?: unknown): DomainError {
  return new DomainError(finding.kind === 'unsafe' ? 'unsafe-archive' : 'too-large', finding.message, { findings: [toFinding(finding)], cause });
}

function toFinding(finding: ArchiveFinding): Finding {
  if (finding.entry === undefined) return { code: finding.code, message: finding.message };
  return {
    code: finding.code,
    message: `Entry ${finding.entry.index}: ${finding.message}`,
    entry: showable(finding.entry.name.slice(0, SHOWN_NAME_CHARACTERS)),
  };
}
