// Builds the three programs and the web page into dist/. `--if-changed` does nothing when no source changed since the last build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './run-step.mjs';

const STAMP = 'dist/build-stamp';
const SOURCES = ['apps', 'libs', 'package-lock.json', 'tsconfig.json', 'nest-cli.json', 'scripts/build.mjs'];
const APPS = ['backend', 'training', 'standalone'];

function* filesOf(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) return void (yield path);
  for (const name of readdirSync(path).sort()) if (name !== 'node_modules' && name !== 'dist') yield* filesOf(join(path, name));
}

function sourceHash() {
  const hash = createHash('sha256');
  for (const root of SOURCES) for (const file of filesOf(root)) if (!/(?:spec|e2e)\.tsx?$/.test(file)) hash.update(`${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

/** Stands with each model that is trained by this build. */
function codeVersion() {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const described = spawnSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' });
  return described.status === 0 ? `${version} (${described.stdout.trim()})` : version;
}

const run = (label, args) => runStep(`The build of ${label}`, [process.execPath, ...args]);

const nest = (app) => run(app, ['node_modules/@nestjs/cli/bin/nest.js', 'build', app]);

export async function build({ ifChanged = false } = {}) {
  const hash = sourceHash();
  if (ifChanged && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return false;
  process.stderr.write('Building (half a minute) ...\n');
  rmSync(STAMP, { force: true });
  // Two at a time: two cores.
  const web = existsSync('apps/labeler/vite.config.ts') ? () => run('the web page', ['node_modules/vite/bin/vite.js', 'build', 'apps/labeler', '--outDir', '../../dist/labeler', '--emptyOutDir']) : null;
  const steps = [...APPS.filter((app) => existsSync(`apps/${app}/src/main.ts`)).map((app) => () => nest(app)), ...(web === null ? [] : [web])];
  const lane = async () => {
    for (let step = steps.shift(); step !== undefined; step = steps.shift()) await step();
  };
  await Promise.all([lane(), lane()]);
  mkdirSync('dist', { recursive: true });
  writeFileSync('dist/code-version', `${codeVersion()}\n`);
  writeFileSync(STAMP, hash);
  return true;
}

if (import.meta.filename === process.argv[1]) {
  await build({ ifChanged: process.argv.includes('--if-changed') }).catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}
