import { COPY_FORECAST, extensionForecast, plusRequests, uploadForecast, type RequestForecast } from '@app/object-store';
import type { SourceContent } from '../application/ports/snapshot-source.port.js';
import type { ZipForecast } from '../application/ports/snapshot-storage.port.js';
import type { ZipBase } from '../domain/snapshot.repository.port.js';
import type { SnapshotState } from '../domain/snapshot.state.js';
import { planZip, type ZipPlan, type ZipStart } from './zip-plan.js';

/** Heads of the two label files in the zip, and the end of its directory. */
const FRAME_BYTES = 250;

const NOTHING: RequestForecast = { classA: 0, classB: 0 };
const reads = (classB: number): RequestForecast => ({ classA: 0, classB });

/** What the zip of a version will ask of the store: by the plan that its build makes. Reads rows, writes the labels out only to know their length, and reads no byte of the store. */
export async function forecastZip(content: SourceContent, of: { readonly bases: readonly ZipBase[]; readonly tail: SnapshotState['tail'] }): Promise<ZipForecast> {
  const upload = await content.upload();
  // A look whether a build that was killed has made it, then the copy.
  if (upload !== null) return { requests: plusRequests(reads(1), COPY_FORECAST), sizeBytes: upload.sizeBytes, isExact: true };
  const plan = await planZip(content, of.bases);
  const sizeBytes = plan.bytes + (await bytesBehind(content, plan, of.tail));
  const kept = of.tail === null ? NOTHING : reads(1);
  const start = plan.starts[0];
  const extended = start === undefined ? null : forecastExtended(start, plan, sizeBytes);
  return { requests: plusRequests(kept, extended ?? plusRequests(reads(plan.images), uploadForecast(sizeBytes))), sizeBytes, isExact: true };
}

/** New images are read, and the seam is looked at afterwards. */
function forecastExtended({ base }: ZipStart, plan: ZipPlan, sizeBytes: number): RequestForecast | null {
  const made = extensionForecast(base.region.bytes, sizeBytes - base.region.bytes);
  return made === null ? null : plusRequests(made, reads(plan.images - base.region.images + 1));
}

async function bytesBehind(content: SourceContent, plan: ZipPlan, tail: SnapshotState['tail']): Promise<number> {
  if (tail !== null) return tail.sizeBytes;
  let bytes = plan.directoryBytes + FRAME_BYTES;
  for await (const entry of content.entries()) {
    if (entry.kind === 'bytes') bytes += entry.bytes.byteLength;
    else for await (const piece of entry.open()) bytes += piece.byteLength;
  }
  return bytes;
}
