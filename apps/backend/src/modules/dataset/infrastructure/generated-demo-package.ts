import { crc32 } from 'node:zlib';
import { plannedZip } from '@app/archive';
import { generateDemoDataset } from '@app/dice-format';
import { Injectable } from '@nestjs/common';
import { DemoPackage } from '../application/ports/demo-package.port.js';

@Injectable()
export class GeneratedDemoPackage extends DemoPackage {
  async make(): Promise<{ sizeBytes: number; bytes: AsyncIterable<Uint8Array> }> {
    const { entries } = generateDemoDataset({});
    const zip = plannedZip(entries.map(({ name, bytes }) => ({ name, sizeBytes: bytes.byteLength, crc32: crc32(bytes), open: () => [bytes] })));
    return { sizeBytes: zip.sizeBytes, bytes: zip.stream() };
  }
}
