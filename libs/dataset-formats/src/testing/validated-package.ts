import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DicePackageValidator, sniffImage, type DiceReport, type PackageFile } from '@app/dice-format';
async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
/** What an upload of these files would find. */
export async function validatedPackage(entries: readonly PackageFile[]): Promise<DiceReport> {
  const validator = new DicePackageValidator(entries.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, junk: name.startsWith('__MACOSX/') })));
  for (const { name, bytes } of entries) {
    const role = validator.roleOf(name);
    if (role === 'annotations') await validator.readAnnotations(once(bytes));
    else if (role === 'meta') validator.readMeta(bytes);
    else if (role === 'mask') await validator.addMask(name, bytes);
    else if (role === 'image') {
      validator.addImage({ name, sniffed: sniffImage(bytes), sha256: createHash('sha256').update(bytes).digest('hex'), crc32: crc32(bytes), sizeBytes: bytes.length });
    }
  }
  return validator.finish();
}
