/** The lanes of the work stream: each has a consumer that its workers share, and that they may not make themselves. */
export abstract class WorkLanes {
  /** Makes the consumer where it is not there. Throws while the broker is away. */
  abstract ensure(lane: string): Promise<void>;
}
