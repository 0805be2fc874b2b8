// Lays out what one image holds: the built program and those packages that it imports, directly or through others, without the rest of node_modules.
//   node scripts/image.mjs backend|training|standalone FOLDER [--with @tensorflow/tfjs-node]
import { builtinModules } from 'node:module';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** The launcher starts the other two. */
const PROGRAMS = { backend: ['backend'], training: ['training'], standalone: ['standalone', 'backend', 'training'] };
/** Loaded by name from inside other packages, where no import of ours says so. */
const HIDDEN = { backend: ['pg'], training: [], standalone: ['pg'] };
/** Hundreds of megabytes that most installations do without. */
const ON_DEMAND = ['@tensorflow/tfjs-node'];
/** Names in the order of `import x from`, `export from`, `import x`, `import(x)`, `require(x)`, `resolve(x)`. */
const IMPORT = /(?:\bfrom\s*|\bimport\s*|\bimport\(\s*|\brequire\(\s*|\bresolve\(\s*)['"]([^'"./][^'"]*)['"]/g;
/** Not read at run time. */
const LEFT_OUT = /(?:\.(?:map|d\.[cm]?ts|md|markdown)|_test\.js)$/i;

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
const nameOf = (specifier) => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');

function* filesOf(path) {
  if (!statSync(path).isDirectory()) return void (yield path);
  for (const name of readdirSync(path)) yield* filesOf(join(path, name));
}

/** Packages that the programs' own files import. */
function imported(programs) {
  const files = programs.flatMap((program) => [...filesOf(join('dist', program))]).filter((file) => file.endsWith('.js'));
  const specifiers = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, specifier]) => specifier));
  const names = new Set(specifiers.filter((one) => !one.startsWith('node:')).map(nameOf));
  return [...names].filter((name) => !builtinModules.includes(name) && lock[`node_modules/${name}`] !== undefined);
}

/** Where Node would find `name` from a package: beside it, or further up. */
function found(name, from) {
  for (let at = from; ; at = at.slice(0, at.lastIndexOf('/node_modules/'))) {
    const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (lock[path] !== undefined) return existsSync(path) ? path : null;
    if (!at.includes('/node_modules/')) return at === '' ? null : found(name, '');
  }
}

function needsOf({ dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }) {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers];
}

/** Folders of all packages that the named ones need. */
function closure(names, excluded) {
  const folders = new Set();
  const queue = names.map((name) => [name, '']);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [name, from] = next;
    const path = excluded.includes(name) ? null : found(name, from);
    if (path === null || folders.has(path)) continue;
    if (lock[path].dev === true) throw new Error(`${name} is a package for development, and ${from || 'the program'} imports it`);
    folders.add(path);
    for (const need of needsOf(lock[path])) queue.push([need, path]);
  }
  return [...folders].sort();
}

/** onnxruntime-web brings a bundle and a binary for each way that a browser may compute; Node takes this one. */
const isForBrowsers = (path) => /onnxruntime-web\/dist\/[^/]+$/.test(path) && !/\/(?:ort\.node\.min\.m?js|ort-wasm-simd-threaded\.(?:mjs|wasm))$/.test(path);

/** Binaries of other machines: onnxruntime-node brings those of five. */
function isOfAnotherMachine(path) {
  const [, platform, arch] = /onnxruntime-node\/bin\/napi-v\d+\/([^/]+)(?:\/([^/]+))?/.exec(path) ?? [];
  return platform !== undefined && (platform !== process.platform || (arch !== undefined && arch !== process.arch));
}

function copyPackage(path, to) {
  const nested = join(path, 'node_modules');
  // Links as they are: those of Postgres are between its own libraries.
  cpSync(path, join(to, path), { recursive: true, verbatimSymlinks: true, filter: (from) => from !== nested && !LEFT_OUT.test(from) && !isForBrowsers(from) && !isOfAnotherMachine(from) });
}

export function layOut(image, folder, extra = []) {
  const programs = PROGRAMS[image];
  if (programs === undefined) throw new Error(`There is no image ${image}: one of ${Object.keys(PROGRAMS).join(', ')} is expected.`);
  const excluded = ON_DEMAND.filter((name) => !extra.includes(name));
  const packages = closure([...imported(programs), ...HIDDEN[image], ...extra], excluded);
  mkdirSync(join(folder, 'dist'), { recursive: true });
  const built = ['code-version', ...programs, ...(image === 'standalone' ? ['labeler'] : [])];
  for (const name of built) cpSync(join('dist', name), join(folder, 'dist', name), { recursive: true });
  for (const path of packages) copyPackage(path, folder);
  const { name, version, type, license } = JSON.parse(readFileSync('package.json', 'utf8'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ name, version, private: true, license, type }, null, 2)}\n`);
  return packages;
}

/** npm keeps no links, and an image cannot be written to when the launcher would restore them. */
async function restorePostgres() {
  const module = resolve('dist/standalone/libs/local-services/src/postgres/postgres-binaries.js');
  const { findPostgresBinaries } = await import(pathToFileURL(module).href);
  await findPostgresBinaries({ forOtherUser: false, copyUnder: '/nowhere' });
}

if (import.meta.filename === process.argv[1]) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { with: { type: 'string', multiple: true, default: [] } } });
  const [image, folder] = positionals;
  try {
    if (image === undefined || folder === undefined) throw new Error('node scripts/image.mjs IMAGE FOLDER');
    if (image === 'standalone') await restorePostgres();
    const packages = layOut(image, folder, values.with.filter((name) => name !== ''));
    const bytes = [...filesOf(folder)].reduce((sum, file) => sum + statSync(file).size, 0);
    process.stdout.write(`${image}: ${packages.length} packages, ${(bytes / 1e6).toFixed(0)} MB.\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
