import { describe, expect, it, vi } from 'vitest';
import { PictureCache } from './picture-cache.js';
import { PictureLoader, type Shown } from './picture-loader.js';
import { PictureSource, type ImageAddresses, type PictureTrouble } from './picture-source.js';

interface Picture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  closed: boolean;
  close(): void;
}
const NOW = 1_000_000_000;
const image = (imageId: number, more: Partial<ImageAddresses> = {}): ImageAddresses => ({ imageId, width: 10, height: 10, sizeBytes: 1_000, url: `/full/${imageId}`, previewUrl: `/preview/${imageId}`, expiresAt: NOW + 3_600_000, ...more });

type Answer = number | 'broken' | 'no-network' | 'cors';

/** A store whose answers are as slow as the test wants. */
class Store {
  readonly asked: string[] = [];
  readonly made: Picture[] = [];
  readonly signed: number[] = [];
  readonly aborted: string[] = [];
  answers: Readonly<Record<string, Answer>> = {};
  holding = false;
  private held: (() => void)[] = [];
  signFails = false;

  readonly options = {
    fetch: async (url: string, { mode, signal }: { mode: string; signal: AbortSignal }): Promise<Response> => {
      const answer = this.answers[url] ?? 200;
      if (mode === 'no-cors') {
        if (answer === 'cors') return new Response();
        throw new TypeError('failed');
      }
      this.asked.push(url);
      if (this.holding) await new Promise<void>((resolve) => this.held.push(resolve));
      if (signal.aborted) {
        this.aborted.push(url);
        signal.throwIfAborted();
      }
      if (answer === 'no-network' || answer === 'cors') throw new TypeError('failed');
      return new Response(answer === 'broken' ? 'broken' : url, { status: typeof answer === 'number' ? answer : 200 });
    },
    decode: async (blob: Blob): Promise<Picture> => {
      const name = await blob.text();
      if (name === 'broken') throw new Error('InvalidStateError');
      const picture: Picture = {
        name,
        width: 10,
        height: 10,
        closed: false,
        close() {
          this.closed = true;
        },
      };
      this.made.push(picture);
      return picture;
    },
    sign: async (imageId: number): Promise<ImageAddresses> => {
      this.signed.push(imageId);
      await Promise.resolve();
      if (this.signFails) throw new Error('403');
      return image(imageId, { url: `/fresh/${imageId}`, expiresAt: NOW + 7_200_000 });
    },
    now: () => NOW,
  };
  release(): void {
    this.holding = false;
    for (const go of this.held.splice(0)) go();
  }
}
const never = new AbortController().signal;

describe('one image', () => {
  const load = async (store: Store, given: ImageAddresses): Promise<string> => {
    try {
      return (await new PictureSource(store.options).load(given, 'full', never)).name;
    } catch (error) {
      return (error as { code: PictureTrouble }).code;
    }
  };

  it('is read from where the API says, and from a fresh address before the old one ends', async () => {
    const store = new Store();
    expect([await load(store, image(1)), store.signed]).toEqual(['/full/1', []]);
    expect([await load(store, image(2, { expiresAt: NOW + 60_000 })), store.signed]).toEqual(['/fresh/2', [2]]);
  });

  it('that is refused is tried once more with a fresh address', async () => {
    for (const answer of [403, 404, 500, 'no-network'] as const) {
      const store = new Store();
      store.answers = { '/full/1': answer };
      expect([await load(store, image(1)), store.asked]).toEqual(['/fresh/1', ['/full/1', '/fresh/1']]);
    }
  });

  it.each<[Answer, PictureTrouble]>([
    [403, 'forbidden'],
    [404, 'missing'],
    ['no-network', 'network'],
    ['cors', 'cors'],
  ])('that fails with %s again is told as %s', async (answer, code) => {
    const store = new Store();
    store.answers = { '/full/1': answer, '/fresh/1': answer };
    expect([await load(store, image(1)), store.asked.length]).toEqual([code, 2]);
  });

  it('that cannot be reached, nor the API for another address, is told as the network', async () => {
    const store = new Store();
    store.signFails = true;
    store.answers = { '/full/1': 'no-network', '/full/2': 403 };
    expect([await load(store, image(1)), await load(store, image(2))]).toEqual(['network', 'expired']);
  });

  it('that is broken off while it is decoded is closed, and handed to nobody', async () => {
    const store = new Store();
    const abort = new AbortController();
    const decode = async (blob: Blob): Promise<Picture> => {
      const picture = await store.options.decode(blob);
      abort.abort();
      return picture;
    };
    await expect(new PictureSource({ ...store.options, decode }).load(image(1), 'full', abort.signal)).rejects.toThrow('abort');
    expect(store.made.map((one) => one.closed)).toEqual([true]);
  });

  it('that does not decode, is too large or is still in a zip is not asked for twice', async () => {
    const store = new Store();
    store.answers = { '/full/1': 'broken' };
    expect(await load(store, image(1))).toBe('undecodable');
    expect(await load(store, image(2, { url: null }))).toBe('not-ready');
    expect(await load(store, image(3, { width: 20_000, height: 20_000, previewUrl: null }))).toBe('too-large');
    expect(await load(store, image(3, { width: 20_000, height: 20_000 }))).toBe('/preview/3');
    expect([store.signed, store.asked]).toEqual([[], ['/full/1', '/preview/3']]);
  });

  it('whose fresh address is refused has expired', async () => {
    const store = new Store();
    store.answers = { '/full/1': 403 };
    store.signFails = true;
    expect(await load(store, image(1))).toBe('expired');
  });
});

describe('the images that are kept', () => {
  it('are as many as fit, those used last, and never without the one on the screen', () => {
    const picture = (): Picture => ({ name: '', width: 10, height: 10, closed: false, close() { this.closed = true; } });
    const cache = new PictureCache<Picture>(1_200);
    const all = [picture(), picture(), picture(), picture()];
    all.slice(0, 3).forEach((one, id) => cache.put(id, one));
    cache.pin(1);
    cache.get(0);
    cache.put(3, all[3] ?? picture());
    expect(all.map((one) => one.closed)).toEqual([false, false, true, false]);
    expect([cache.has(2), cache.sizeBytes]).toEqual([false, 1_200]);
    cache.clear();
    expect(all.every((one) => one.closed)).toBe(true);
  });
});

describe('going through images', () => {
  const loader = (store: Store, more: { readonly capBytes?: number } = {}): PictureLoader<Picture> => new PictureLoader({ ...store.options, capBytes: more.capBytes ?? 1_000_000, atOnce: 2 });
  const names = (shown: Shown<Picture>[]): string[] => shown.map(({ bitmap, isPreview }) => `${bitmap.name}${isPreview ? ' (preview)' : ''}`);

  it('shows what was fetched ahead without a request, in the order of nearness and two at once', async () => {
    const store = new Store();
    const pictures = loader(store);
    await pictures.show(image(1), () => undefined);
    store.holding = true;
    pictures.prefetch([image(2), image(3), image(4)]);
    await vi.waitFor(() => expect(store.asked).toEqual(['/full/1', '/full/2', '/full/3']));
    store.release();
    await vi.waitFor(() => expect(pictures.ready(4)?.name).toBe('/full/4'));
    const shown: Shown<Picture>[] = [];
    await pictures.show(image(2), (one) => shown.push(one));
    expect([names(shown), store.asked.length]).toEqual([['/full/2'], 4]);
  });

  it('breaks off what is not wanted any more, and takes it up again when it is', async () => {
    const store = new Store();
    const pictures = loader(store);
    store.holding = true;
    pictures.prefetch([image(2), image(3)]);
    pictures.prefetch([image(9)]);
    const shown: Shown<Picture>[] = [];
    const going = pictures.show(image(3), (one) => shown.push(one));
    store.release();
    await going;
    await vi.waitFor(() => expect(pictures.ready(9)).not.toBeNull());
    expect(store.aborted.toSorted()).toEqual(['/full/2', '/full/3']);
    expect(names(shown)).toEqual(['/full/3']);
  });

  it('breaks off images that somebody runs past, and not those that he runs towards', async () => {
    const store = new Store();
    const pictures = loader(store);
    store.holding = true;
    const runs = [image(1), image(2)].map((one) => pictures.show(one, () => undefined));
    await vi.waitFor(() => expect(store.asked).toEqual(['/full/1', '/full/2']));
    pictures.prefetch([image(3)]);
    const last = pictures.show(image(3), () => undefined);
    const beyond = pictures.show(image(4), () => undefined);
    store.release();
    await Promise.all([...runs, last, beyond]);
    expect(store.aborted.toSorted()).toEqual(['/full/1', '/full/2']);
    expect([pictures.ready(4)?.name, pictures.ready(1)]).toEqual(['/full/4', null]);
  });

  it('shows the preview of a large image first, and not where the image was faster', async () => {
    const store = new Store();
    const pictures = loader(store);
    const shown: Shown<Picture>[] = [];
    const held = vi.spyOn(store.options, 'decode');
    let free: () => void = () => undefined;
    const wait = new Promise<void>((resolve) => (free = resolve));
    const decode = held.getMockImplementation() ?? store.options.decode;
    const slow = new PictureLoader<Picture>({
      ...store.options,
      capBytes: 1_000_000,
      decode: async (blob) => {
        const picture = await decode(blob);
        if (picture.name.startsWith('/full')) await wait;
        return picture;
      },
    });
    const going = slow.show(image(1, { sizeBytes: 9_000_000 }), (one) => shown.push(one));
    await vi.waitFor(() => expect(names(shown)).toEqual(['/preview/1 (preview)']));
    free();
    await going;
    expect(names(shown)).toEqual(['/preview/1 (preview)', '/full/1']);
    const small: Shown<Picture>[] = [];
    await pictures.show(image(2), (one) => small.push(one));
    expect(names(small)).toEqual(['/full/2']);
  });

  it('says nothing of an image that somebody has left', async () => {
    const store = new Store();
    store.answers = { '/full/1': 404, '/fresh/1': 404 };
    const pictures = loader(store);
    const shown: Shown<Picture>[] = [];
    const left = pictures.show(image(1), (one) => shown.push(one));
    await pictures.show(image(2), (one) => shown.push(one));
    await left;
    expect(names(shown)).toEqual(['/full/2']);
    await expect(pictures.show(image(1), () => undefined)).rejects.toThrow('missing');
  });
});
