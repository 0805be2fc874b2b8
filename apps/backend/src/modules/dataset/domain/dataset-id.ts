const MAX_SLUG_LENGTH = 48;

/** `platform-{slug}-{8 hex}`: the slug is the name's ASCII letters and digits, or `dataset` where it has none. */
export function makeDatasetId(name: string, randomHex: string): string {
  const ascii = name.normalize('NFKD').replaceAll(/[^\x20-\x7e]/g, '');
  const words = ascii.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const slug = words.replaceAll(/^-+|-+$/g, '').slice(0, MAX_SLUG_LENGTH).replace(/-+$/, '');
  return `platform-${slug === '' ? 'dataset' : slug}-${randomHex}`;
}
