import { request as httpRequest, type IncomingMessage } from 'node:http';
import { DomainError } from '@app/kernel';
import type { OutputFile } from '../../engine/child/child-messages.js';
import { pause } from '../../pause.js';
import { assertSize, isPlainPath, refused, writeWhole, type OutputFiles } from '../output-files.js';

export interface PodAddress {
  readonly host: string;
  readonly port: number;
  readonly token: string;
}

const IDLE_MILLISECONDS = 60_000;
const TRIES = 5;
const PAUSE_MILLISECONDS = 1_000;
const MOST_REASON_BYTES = 4096;

/** Files of a trainer in a pod, handed out by its courier. */
export class PodFiles implements OutputFiles {
  private at: PodAddress | null = null;

  constructor(
    private readonly assertRoom: (bytes: number) => Promise<void>,
    private readonly signal: AbortSignal,
  ) {}

  /** The pod has an address. */
  reach(at: PodAddress): void {
    this.at = at;
  }

  /** A pod may be out of reach for a moment; what the courier refuses is refused at once. */
  async take(name: string, to: string): Promise<OutputFile> {
    if (!isPlainPath(name)) throw refused(name, 'is no path inside the output folder');
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.takeOnce(name, to);
      } catch (error) {
        this.signal.throwIfAborted();
        if (!(error instanceof DomainError) || tries >= TRIES) throw error;
        await pause(PAUSE_MILLISECONDS, this.signal);
      }
    }
  }

  /** The pod may end. */
  async done(): Promise<void> {
    if (this.at === null) return;
    const response = await this.ask('POST', '/done');
    response.resume();
  }

  private async takeOnce(name: string, to: string): Promise<OutputFile> {
    const response = await this.ask('GET', `/files/${name.split('/').map(encodeURIComponent).join('/')}`);
    if (response.statusCode === 422) throw refused(name, `was refused: ${await reasonOf(response)}`);
    if (response.statusCode !== 200) {
      response.destroy();
      throw new DomainError('unavailable', `The courier of the trainer answered ${response.statusCode ?? 0}.`);
    }
    const sizeBytes = Number(response.headers['content-length']);
    assertSize(name, sizeBytes);
    await this.assertRoom(sizeBytes);
    const file = await writeWhole(whole(response, sizeBytes), to, name);
    return file;
  }

  private ask(method: string, path: string): Promise<IncomingMessage> {
    const { at } = this;
    if (at === null) return Promise.reject(new DomainError('unavailable', 'The pod of the trainer has no address yet.'));
    return new Promise((resolve, reject) => {
      const request = httpRequest({ host: at.host, port: at.port, path, method, headers: { authorization: `Bearer ${at.token}` }, signal: this.signal }, resolve);
      request.setTimeout(IDLE_MILLISECONDS, () => request.destroy(new Error('no answer')));
      request.once('error', (error) => reject(this.signal.aborted ? error : new DomainError('unavailable', 'The pod of the trainer cannot be reached.', { cause: error })));
      request.end();
    });
  }
}

/** A connection that ends early gives a short file, which would be stored as whole. */
async function* whole(response: IncomingMessage, sizeBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw new DomainError('unavailable', 'The pod of the trainer broke off.', { cause: error });
  }
  if (bytes !== sizeBytes) throw new DomainError('unavailable', 'The pod of the trainer broke off.');
}

async function reasonOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) if (text.length < MOST_REASON_BYTES) text += chunk.toString('utf8');
  return text.slice(0, 300);
}
