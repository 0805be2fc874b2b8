// `npm start`: plain Node without dependencies. Installs what is missing, builds what changed, then becomes the launcher.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { runStep } from './run-step.mjs';

// A relative --data is relative to where the user is, not to the project.
process.env.INIT_CWD ??= process.cwd();
process.chdir(resolve(import.meta.dirname ?? dirname(process.argv[1]), '..'));

function stop(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const readJson = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
};

/** npm writes its list of what is installed last, so an install that was interrupted has none. */
function isInstalled() {
  const wanted = readJson('package-lock.json')?.packages ?? {};
  const present = readJson('node_modules/.package-lock.json')?.packages;
  if (present === undefined) return false;
  return Object.entries(wanted).every(([path, { version, optional }]) => path === '' || (present[path] === undefined ? optional : present[path].version === version));
}

async function install() {
  if (isInstalled()) return;
  process.stderr.write('Installing packages (a minute the first time) ...\n');
  await runStep('The installation of the packages', ['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) stop(`Node ${process.versions.node} is too old: 20.19 or newer is needed.`);

if (process.argv.slice(2).some((one) => one === '--help' || one === '-h')) {
  process.stdout.write(readFileSync('apps/standalone/help.txt'));
  process.exit(0);
}
try {
  await install();
  const { build } = await import('./build.mjs');
  await build({ ifChanged: true });
} catch (error) {
  stop(error.code === 'ENOSPC' ? 'The disk is full; make room and start again.' : error.message);
}
if (!existsSync('dist/standalone/apps/standalone/src/main.js')) stop('The build left no program; delete the folder dist and start again.');
await import('../dist/standalone/apps/standalone/src/main.js');
