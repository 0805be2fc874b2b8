import type { JsonObject } from '@app/dice-format';

/** What uploads to Label Studio get before their name. */
const UPLOAD_PREFIX = /^[0-9a-f]{8}-/;
const KEYS = ['image', 'img', 'ocr', 'url'];

/** The path of the image in the data of a task: a URL, a path, or one of Label Studio's own addresses. */
export function imageNameOf(data: JsonObject): string | undefined {
  const key = KEYS.find((one) => typeof data[one] === 'string') ?? Object.keys(data).find((one) => /\.(jpe?g|png|webp)(\?|$)/i.test(String(data[one])));
  const address = key === undefined ? undefined : data[key];
  if (typeof address !== 'string' || address === '') return undefined;
  const local = /[?&]d=([^&]*)/.exec(address)?.[1];
  if (local !== undefined) return decoded(local);
  const path = address.replace(/[?#].*$/, '').replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*\//i, '');
  const isUpload = /(^|\/)data\/upload\//.test(path);
  const name = decoded(path.replace(/^\/?(data\/upload\/(\d+\/)?)?/, ''));
  return isUpload ? name.replace(UPLOAD_PREFIX, '') : name;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
