import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
}

/** One planted violation a rule: the file that breaks it, and what it imports. */
const PLANTED: Readonly<Record<string, { readonly file: string; readonly imports: readonly string[] }>> = {
  'domain-is-pure': { file: 'apps/backend/src/modules/a/domain/thing.aggregate.ts', imports: ['@nestjs/common'] },
  'application-no-adapters': { file: 'apps/backend/src/modules/a/application/do.handler.ts', imports: ['typeorm'] },
  'api-thin': { file: 'apps/backend/src/modules/a/api/http/a.controller.ts', imports: ['../../infrastructure/a.repository.js'] },
  'module-front-door': { file: 'apps/backend/src/modules/a/infrastructure/b-reader.ts', imports: ['../../b/domain/b.aggregate.js'] },
  'apps-are-islands': { file: 'apps/training/src/x.ts', imports: ['../../backend/src/modules/a/domain/clean.js'] },
  'libs-below-apps': { file: 'libs/archive/src/up.ts', imports: ['../../../apps/training/src/clean.js'] },
  'lib-front-door': { file: 'libs/messaging/src/inside.ts', imports: ['../../kernel/src/ids.js'] },
  'lib-front-door-from-apps': { file: 'apps/training/src/y.ts', imports: ['../../../libs/kernel/src/ids.js'] },
  'contracts-portable': { file: 'libs/contracts/src/nest.ts', imports: ['@nestjs/common'] },
  'contracts-no-node': { file: 'libs/contracts/src/node.ts', imports: ['node:fs'] },
  'kernel-has-no-dependency': { file: 'libs/kernel/src/dep.ts', imports: ['zod'] },
  'engine-no-react': { file: 'apps/labeler/src/engine/view.ts', imports: ['react'] },
  'only-tests-use-testing': { file: 'apps/backend/src/uses-testing.ts', imports: ['@app/testing'] },
  'no-circular': { file: 'libs/archive/src/one.ts', imports: ['./two.js'] },
  'no-orphans': { file: 'libs/archive/src/alone.ts', imports: [] },
};

const SUPPORT: Readonly<Record<string, string>> = {
  'apps/backend/src/modules/a/infrastructure/a.repository.ts': 'export const repository = 1;',
  'apps/backend/src/modules/a/domain/clean.ts': 'export const clean = 1;',
  'apps/backend/src/modules/b/domain/b.aggregate.ts': 'export const b = 1;',
  'apps/backend/src/modules/b/index.ts': "export { b } from './domain/b.aggregate.js';",
  // The twin that is right: the front door of another module.
  'apps/backend/src/modules/a/infrastructure/b-front-door.ts': "import { b } from '../../b/index.js';\nexport const use = b;",
  'apps/training/src/clean.ts': 'export const clean = 1;',
  'libs/kernel/src/ids.ts': 'export const newId = 1;',
  'libs/kernel/src/index.ts': "export { newId } from './ids.js';",
  'libs/archive/src/two.ts': "import './one.js';\nexport const two = 2;",
  'libs/testing/src/index.ts': 'export const testing = 1;',
  // The twin that is right: a lib through its front door.
  'libs/messaging/src/front-door.ts': "import { newId } from '@app/kernel';\nexport const use = newId;",
};

let folder = '';
let violations: readonly Violation[] = [];

async function plant(path: string, text: string): Promise<void> {
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-import-rules-'));
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) await cp(join(ROOT, file), join(folder, file));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of Object.entries(SUPPORT)) await plant(path, text);
  for (const { file, imports } of Object.values(PLANTED)) {
    await plant(file, [...imports.map((name) => `import '${name}';`), 'export const planted = 1;'].join('\n'));
  }
  const bin = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const output = await run(process.execPath, [bin, 'apps', 'libs', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'], { cwd: folder, maxBuffer: 64 << 20 }).catch(
    (error: { stdout: string }) => error,
  );
  violations = (JSON.parse(output.stdout) as { summary: { violations: Violation[] } }).summary.violations;
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('import rules', () => {
  it.each(Object.entries(PLANTED))('%s catches its planted violation', (rule, { file }) => {
    expect(violations.filter((violation) => violation.rule.name === rule).map((violation) => violation.from)).toContain(file);
  });

  it('every rule of the configuration has a planted violation', async () => {
    const config = createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs')) as { forbidden: { name: string; severity: string }[] };
    expect(config.forbidden.map((rule) => rule.name).sort()).toEqual(Object.keys(PLANTED).sort());
    expect(config.forbidden.every((rule) => rule.severity === 'error')).toBe(true);
  });

  it('lets the front doors be used', () => {
    const doors = ['apps/backend/src/modules/a/infrastructure/b-front-door.ts', 'libs/messaging/src/front-door.ts'];
    expect(violations.filter((violation) => doors.includes(violation.from) && violation.rule.name !== 'no-orphans')).toEqual([]);
  });
});
