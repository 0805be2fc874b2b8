import { messageRejectedV1 } from '@app/contracts';
import type { JsMsg } from '@nats-io/jetstream';
import { encodeEvent, makeEvent } from '../cloud-event-codec.js';
import type { NatsLink } from '../connection/nats-link.js';

const MAX_KEPT_BYTES = 64 * 1024;

/** Where messages go that no consumer can use: the stream VISION_DEAD_LETTER, under the app's own subject. */
export class DeadLetters {
  private readonly subject: string;

  constructor(
    private readonly link: NatsLink,
    private readonly app: 'backend' | 'training',
  ) {
    this.subject = messageRejectedV1.subjectOf(app);
  }

  /** Resolves when the broker has stored the letter; only then may the message be ended. */
  async keep(message: JsMsg, consumer: string, reason: string): Promise<void> {
    const event = makeEvent({
      definition: { ...messageRejectedV1, subject: this.subject },
      source: `urn:vision:${this.app}`,
      subject: `${message.info.stream}:${message.seq}`,
      data: {
        subject: message.subject.slice(0, 300),
        stream: message.info.stream,
        consumer,
        stream_sequence: message.seq,
        deliveries: message.info.deliveryCount,
        reason: reason.slice(0, 1000),
        payload_base64: Buffer.from(message.data.subarray(0, MAX_KEPT_BYTES)).toString('base64'),
      },
    });
    // The same message rejected twice (a crash between here and term) is one letter.
    await this.link.jetstream().publish(this.subject, encodeEvent(event), { msgID: `${consumer}:${message.info.stream}:${message.seq}:${message.timestampNanos}` });
  }
}
