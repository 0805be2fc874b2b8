// docs/models.md, "A bundled detector". Builds first where nothing is built.
import { build } from './build.mjs';

await build({ ifChanged: true });
const { runAddModel } = await import('../dist/training/apps/training/src/bundled/add-model.js');
process.exitCode = await runAddModel(process.argv.slice(2), { folder: process.env.INIT_CWD ?? process.cwd(), print: (line) => process.stdout.write(`${line}\n`) });
