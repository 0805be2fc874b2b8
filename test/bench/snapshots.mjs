// P1 to P8 of design/performance.md: versions, their zips, and reading them. Needs `node scripts/build.mjs`; 1 GB and a million rows, or 40 MB and 50,000 with --quick.
//   node test/bench/snapshots.mjs [--quick] [--only builds|creation|restore] [--images 3000] [--draw docs/img/version-costs.svg]
import { parseArgs } from 'node:util';
import { openSnapshotBench } from './snapshots/snapshot-bench.mjs';
import { builds } from './snapshots/snapshot-builds.mjs';
import { restoring } from './snapshots/snapshot-restore.mjs';
import { creation, kept } from './snapshots/snapshot-creation.mjs';
import { reading } from './snapshots/snapshot-reading.mjs';

const PARTS = {
  builds: async (bench, options) => {
    const { rows, dataset } = await builds(bench, options);
    return [...rows, ...(await kept(bench, dataset)), ...(await reading(bench, dataset))];
  },
  creation: (bench, { quick, draw }) => creation(bench, quick, draw),
  restore: (bench, { quick }) => restoring(bench, quick),
};

/** Rows for the table of `npm run bench`; `only` names the parts of interest. */
export async function snapshots({ quick = false, images, draw, only = Object.keys(PARTS) } = {}) {
  const bench = await openSnapshotBench();
  try {
    const rows = [];
    for (const part of only) rows.push(...(await PARTS[part](bench, { quick, images, draw })));
    return rows;
  } finally {
    await bench.close();
  }
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, images: { type: 'string' }, draw: { type: 'string' } } });
  const { quick, only, images, draw } = values;
  console.table(await snapshots({ quick, draw, ...(only === undefined ? {} : { only: [only] }), ...(images === undefined ? {} : { images: Number(images) }) }));
}
