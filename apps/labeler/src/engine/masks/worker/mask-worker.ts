import { MaskCore } from './mask-core.js';
import type { MaskReply, MaskRequest } from './protocol.js';

/** What of a worker's own scope is used here: the page's types know only windows. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<MaskRequest>) => void) | null;
  postMessage(reply: MaskReply, options: { readonly transfer: Transferable[] }): void;
}

// The thread of the mask: encoding and filling 12 megapixels must not stop a pointer.
const scope: WorkerScope = self;
const core = new MaskCore((reply, transfer) => scope.postMessage(reply, { transfer }));
scope.onmessage = ({ data }) => core.handle(data);
