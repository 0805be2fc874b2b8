/** What an operator may set of training. */
export class TrainingSettings {
  constructor(
    /** A worker that was not heard of for so long has lost its attempt. */
    readonly leaseSeconds: number,
  ) {}
}
