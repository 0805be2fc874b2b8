/** Remembers which events took effect, per consumer, in the unit of work in progress. */
export abstract class EventInbox {
  /** False when the event took effect before: the caller then does nothing. */
  abstract claim(consumer: string, eventId: string): Promise<boolean>;
}
