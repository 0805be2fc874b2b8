// `npm start`: plain Node without dependencies. Installs what is missing, builds what changed, then becomes the launcher.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const callersFolder = process.env.INIT_CWD ?? process.cwd();
process.chdir(resolve(import.meta.dirname ?? dirname(process.argv[1]), '..'));

function stop(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) stop(`Node ${process.versions.node} is too old: 20.19 or newer is needed.`);

function install() {
  const stamp = '.cache/install-stamp';
  const hash = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  if (existsSync('node_modules') && (!existsSync(stamp) || readFileSync(stamp, 'utf8') === hash)) return;
  process.stderr.write('Installing packages (a minute the first time) ...\n');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { stdio: ['ignore', 2, 2] });
  if (result.error) stop(`npm cannot be run (${result.error.message}).`);
  if (result.status !== 0) stop('The packages could not be installed; the reason is above.');
  mkdirSync('.cache', { recursive: true });
  writeFileSync(stamp, hash);
}

if (!process.argv.includes('--help')) {
  try {
    install();
    const { build } = await import('./build.mjs');
    await build({ ifChanged: true });
  } catch (error) {
    stop(error.code === 'ENOSPC' ? 'The disk is full; make room and start again.' : error.message);
  }
}
if (!existsSync('dist/standalone/apps/standalone/src/main.js')) stop('Nothing is built yet; run npm start once without --help.');

// A relative --data is relative to where the user is, not to the project.
const at = process.argv.indexOf('--data');
if (at > 0 && process.argv[at + 1] !== undefined) process.argv[at + 1] = resolve(callersFolder, process.argv[at + 1]);
await import('../dist/standalone/apps/standalone/src/main.js');
