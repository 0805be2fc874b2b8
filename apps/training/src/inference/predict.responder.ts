import { predictImageRpcV1 } from '@app/contracts';
import { NatsConsumer, OnRequest } from '@app/messaging';
import { Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { PredictDesk } from './predict-desk.js';

/** Questions about single images: any worker answers, also one that trains. */
@NatsConsumer()
export class PredictResponder {
  constructor(private readonly desk: PredictDesk) {}

  @OnRequest(predictImageRpcV1)
  async predict(@Payload() question: z.output<typeof predictImageRpcV1.request>): Promise<z.output<typeof predictImageRpcV1.reply>> {
    return this.desk.ask(question);
  }
}
