import { predictImageRpcV1 } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { NatsLink, RpcClient } from '@app/messaging';
import { Injectable } from '@nestjs/common';
import { ImagePredictor, type ImageAnswer, type ImageQuestion } from '../application/ports/image-predictor.port.js';

/** Loading a model takes seconds the first time; a person does not wait longer for one image. */
const TIMEOUT_MILLISECONDS = 30_000;
const COME_AGAIN_SECONDS = 5;

@Injectable()
export class NatsImagePredictor extends ImagePredictor {
  private readonly rpc: RpcClient;

  constructor(link: NatsLink) {
    super();
    this.rpc = new RpcClient(link);
  }

  async ask(question: ImageQuestion): Promise<ImageAnswer> {
    try {
      return await this.rpc.request(predictImageRpcV1, question, { timeoutMilliseconds: TIMEOUT_MILLISECONDS });
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'unavailable') throw error;
      throw new DomainError('unavailable', 'No worker answers at the moment: each is stopped or has too much to do.', { retryAfterSeconds: COME_AGAIN_SECONDS, cause: error });
    }
  }
}
