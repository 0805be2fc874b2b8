/** Something that happened inside an aggregate, in the past tense, in process. */
export interface DomainEvent {
  readonly name: string;
}

/** Collects the events that a state change raises; the repository pulls them in the transaction that saves the state. */
export abstract class AggregateRoot<E extends DomainEvent = DomainEvent> {
  private pending: E[] = [];

  protected raise(event: E): void {
    this.pending.push(event);
  }

  /** Returns the events raised since the last pull, oldest first, and forgets them. */
  pullEvents(): readonly E[] {
    const events = this.pending;
    this.pending = [];
    return events;
  }
}
