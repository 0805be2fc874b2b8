// One archive in a process of its own, so that its memory is its own: `node archive-child.mjs (ours|ours-all|yauzl) FILE` prints one line of JSON.
import { readFileSync } from 'node:fs';

const [reader, path] = process.argv.slice(2);

async function ours(readData) {
  const { DEFAULT_ARCHIVE_LIMITS, fileSource, openArchive, readEntries } = await import('../../dist/backend/libs/archive/src/index.js');
  const source = await fileSource(path);
  return async () => {
    const directory = await openArchive(source, DEFAULT_ARCHIVE_LIMITS);
    let unpacked = 0;
    if (readData) await readEntries(source, directory, async (_, data) => { for await (const chunk of data) unpacked += chunk.byteLength; });
    return directory.entryCount;
  };
}

/** Listing alone: no look at overlaps, names that clash or lies about sizes. */
async function yauzl() {
  const { open } = (await import('yauzl')).default;
  return () =>
    new Promise((resolve, reject) => {
      open(path, { lazyEntries: true }, (error, zip) => {
        if (error) return reject(error);
        let count = 0;
        zip.on('entry', () => { count += 1; zip.readEntry(); });
        zip.on('end', () => resolve(count));
        zip.on('error', reject);
        zip.readEntry();
      });
    });
}

const work = await (reader === 'yauzl' ? yauzl() : ours(reader === 'ours-all'));
const before = process.cpuUsage();
const entries = await work().catch((error) => String(error.code ?? error.message));
const used = process.cpuUsage(before);
const peakMegabytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1000;
process.stdout.write(`${JSON.stringify({ entries, cpuSeconds: (used.user + used.system) / 1e6, peakMegabytes })}\n`);
