import { MaskCore } from './mask-core.js';
import type { MaskPort, MaskReply, MaskRequest } from './protocol.js';

/** The mask in a thread of its own. */
export function workerPort(): MaskPort {
  const worker = new Worker(new URL('./mask-worker.ts', import.meta.url), { type: 'module' });
  return {
    post: (request) => worker.postMessage(request),
    onReply: (listener) => {
      worker.onmessage = ({ data }: MessageEvent<MaskReply>) => listener(data);
    },
    close: () => worker.terminate(),
  };
}

/** The mask in this thread, with messages that arrive later and as copies, as those of a worker do. */
export function inProcessPort(): MaskPort {
  let listener: (reply: MaskReply) => void = () => undefined;
  let isOpen = true;
  const later = (work: () => void): void => queueMicrotask(() => isOpen && work());
  const core = new MaskCore((reply) => later(() => listener(structuredClone(reply))));
  return {
    post: (request: MaskRequest) => {
      const copy = structuredClone(request);
      later(() => core.handle(copy));
    },
    onReply: (next) => {
      listener = next;
    },
    close: () => {
      isOpen = false;
    },
  };
}
