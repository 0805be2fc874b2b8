import { Presigner, type PresignedPut, type PresignedUrl } from '../object-store.port.js';
import type { StoreMeter } from './store-meter.js';

/** A presigner whose URLs are counted as minted: a browser may use one once, again and again from its cache, or never. */
export class MeteredPresigner extends Presigner {
  constructor(
    private readonly inner: Presigner,
    private readonly meter: StoreMeter,
  ) {
    super();
  }

  presignGet(key: string, options?: Parameters<Presigner['presignGet']>[1]): PresignedUrl {
    this.meter.count({ operation: 'GetObject', kind: 'minted', key });
    return this.inner.presignGet(key, options);
  }

  presignPut(key: string, object: Parameters<Presigner['presignPut']>[1]): PresignedPut {
    this.meter.count({ operation: 'PutObject', kind: 'minted', key });
    return this.inner.presignPut(key, object);
  }

  presignPart(key: string, part: Parameters<Presigner['presignPart']>[1]): PresignedPut {
    this.meter.count({ operation: 'UploadPart', kind: 'minted', key });
    return this.inner.presignPart(key, part);
  }
}
