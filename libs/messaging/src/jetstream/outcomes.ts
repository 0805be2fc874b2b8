/** Thrown by a handler: not now. The message comes again after the delay, as often as it takes. */
export class Retry extends Error {
  constructor(
    reason: string,
    readonly delaySeconds: number = 5,
    options?: ErrorOptions,
  ) {
    super(reason, options);
    this.name = 'Retry';
  }
}

/** Thrown by a handler: never. The message goes to the dead letters with the reason. */
export class Reject extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'Reject';
  }
}
