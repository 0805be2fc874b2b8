// P1 to P8 of design/performance.md: versions, their zips, and reading them. Needs `node scripts/build.mjs`; 1 GB and a million rows, or 60 MB and 50,000 with --quick.
//   node test/bench/snapshots.mjs [--quick] [--only builds,creation,reading]
import { openSnapshotBench } from './snapshots/snapshot-bench.mjs';
import { builds } from './snapshots/snapshot-builds.mjs';

/** Rows for the table of `npm run bench`. */
export async function snapshots({ quick = false } = {}) {
  const bench = await openSnapshotBench();
  try {
    const { rows, dataset } = await builds(bench, quick);
    return rows;
  } finally {
    await bench.close();
  }
}

if (import.meta.filename === process.argv[1]) console.table(await snapshots({ quick: process.argv.includes('--quick') }));
