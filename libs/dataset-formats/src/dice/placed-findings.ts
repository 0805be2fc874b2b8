import { FindingCollector } from '@app/dice-format';

/** Hands findings on, with the file that they are in. */
export class PlacedFindings extends FindingCollector {
  constructor(
    private readonly target: FindingCollector,
    private readonly entry: string,
  ) {
    super(0);
  }

  override error(code: string, message: string, place: { pointer?: string; entry?: string }): void {
    this.target.error(code, message, { entry: this.entry, ...place });
  }

  override warn(code: string, message: string, place: { pointer?: string; entry?: string }): void {
    this.target.warn(code, message, { entry: this.entry, ...place });
  }
}
