import type { Finding } from '@app/kernel';

/** Collects findings up to a cap and counts the rest, so that a broken upload of any size gives a report of bounded size. */
export class FindingCollector {
  readonly errors: Finding[] = [];
  readonly warnings: Finding[] = [];
  errorsTotal = 0;

  /** 1,000 findings are more than a person reads and less than a megabyte. */
  constructor(private readonly most = 1000) {}

  error(code: string, message: string, place: { pointer?: string; entry?: string }): void {
    this.errorsTotal += 1;
    if (this.errors.length < this.most) this.errors.push({ code, message, ...place });
  }

  warn(code: string, message: string, place: { pointer?: string; entry?: string }): void {
    if (this.warnings.length < this.most) this.warnings.push({ code, message, ...place });
  }
}
