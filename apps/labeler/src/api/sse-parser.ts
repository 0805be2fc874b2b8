export interface ServerSentEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/**
 * text/event-stream as the HTML standard reads it (section 9.2.6): any of the three line ends, split anywhere by the network; comments,
 * `retry`, and an `id` that stays until another comes.
 */
export class SseParser {
  lastEventId = '';
  /** What the server asked for, null before it did. */
  retryMilliseconds: number | null = null;
  private rest = '';
  private started = false;
  private event = '';
  private data: string[] = [];

  /** The events that this piece of text completes. */
  feed(text: string): ServerSentEvent[] {
    this.rest += this.started ? text : text.replace(/^\uFEFF/, '');
    this.started ||= text !== '';
    const events: ServerSentEvent[] = [];
    for (let line = this.takeLine(); line !== null; line = this.takeLine()) {
      const event = line === '' ? this.dispatch() : this.read(line);
      if (event !== null) events.push(event);
    }
    return events;
  }

  private takeLine(): string | null {
    const at = this.rest.search(/[\r\n]/);
    if (at === -1) return null;
    // A carriage return at the very end may be half of a pair.
    if (this.rest[at] === '\r' && at === this.rest.length - 1) return null;
    const line = this.rest.slice(0, at);
    this.rest = this.rest.slice(at + (this.rest.startsWith('\r\n', at) ? 2 : 1));
    return line;
  }

  private read(line: string): null {
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.event = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.lastEventId = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMilliseconds = Number(value);
    return null;
  }

  private dispatch(): ServerSentEvent | null {
    const event = this.data.length === 0 ? null : { id: this.lastEventId, event: this.event === '' ? 'message' : this.event, data: this.data.join('\n') };
    this.event = '';
    this.data = [];
    return event;
  }
}
