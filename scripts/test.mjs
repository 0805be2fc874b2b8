// What `npm test` runs. Two lanes, because the machine of the budget (15 minutes) has two cores; `--deep` adds the long drills.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const deep = process.argv.includes('--deep');
const inCi = Boolean(process.env.CI);
const results = [];

function has(program) {
  return [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'].some((folder) => existsSync(`${folder}/${program}`));
}

/** The tools that npm does not carry. nats-server is fetched without root by the launcher; the browser cannot be. */
function prepareTools() {
  const missing = [
    ...(has('chromium') ? [] : ['chromium']),
    ...(existsSync('/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc') ? [] : ['fonts-noto-cjk']),
    ...(has('nats-server') ? [] : ['nats-server']),
  ];
  if (missing.length > 0 && process.getuid?.() === 0 && has('apt-get')) {
    console.log(`Installing ${missing.join(', ')} ...`);
    spawnSync('apt-get', ['update'], { stdio: 'ignore' });
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...missing], { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  } else if (missing.length > 0) console.log(`Missing here: ${missing.join(', ')}. As root: apt-get install ${missing.join(' ')}`);
  if (has('chromium')) return true;
  if (inCi) {
    console.error('There is no chromium: in CI the browser tests must run.');
    process.exit(1);
  }
  console.log('SKIPPED: the browser tests, because there is no chromium.');
  return false;
}

function run(label, [command, ...args], environment) {
  const startedAt = Date.now();
  return new Promise((resolve) => {
    const lines = [];
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => lines.push(chunk));
    child.once('error', (error) => lines.push(Buffer.from(`${error.message}\n`)));
    child.once('close', (code) => {
      const ok = code === 0;
      const text = Buffer.concat(lines).toString('utf8');
      results.push({ label, ok, tests: countTests(text) });
      console.log(`${ok ? 'ok  ' : 'FAIL'} ${label} (${((Date.now() - startedAt) / 1000).toFixed(0)} s)`);
      if (!ok || label.startsWith('vitest')) console.log(text);
      resolve(ok);
    });
  });
}

function countTests(text) {
  const plain = text.replace(/\u001b\[[0-9;]*m/g, '');
  return [...plain.matchAll(/^\s*Tests\s.*?(\d+) passed/gm)].reduce((sum, found) => sum + Number(found[1]), 0);
}

const lane = async (steps) => {
  for (const [label, command, environment] of steps) await run(label, command, environment);
};
const vitest = (project) => [`vitest ${project}`, ['npx', 'vitest', 'run', '--project', project]];
const npm = (script, ...more) => ['npm', 'run', '--silent', script, ...more];

const browser = prepareTools();
await Promise.all([
  lane([
    ['build', ['node', 'scripts/build.mjs']],
    ['lint', npm('lint')],
    ['openapi is fresh', npm('openapi', '--', '--check')],
    ['asyncapi is fresh', npm('asyncapi', '--', '--check')],
    ['the table of variables is fresh', npm('config:docs', '--', '--check')],
    ['dice schemas are fresh', npm('dice-schemas', '--', '--check')],
  ]),
  lane([['typecheck', npm('typecheck')], ['dependency rules', npm('deps:check')], vitest('unit')]),
]);
// Real servers and CPU time limits: these lanes would disturb each other. The pages before an API from memory stand no server and may run beside the product.
await lane([vitest('int')]);
const products = [...vitest('e2e'), browser ? {} : { VISION_NO_BROWSER: '1' }];
await Promise.all([lane([products]), lane(browser ? [[...vitest('web'), deep ? { VISION_ALL_LOOKS: '1' } : {}]] : [])]);
if (deep) await run(...vitest('deep'));

const failed = results.filter((one) => !one.ok);
const tests = results.reduce((sum, one) => sum + one.tests, 0);
console.log(`${results.length - failed.length} of ${results.length} steps passed, ${tests} tests passed${failed.length === 0 ? '' : `; failed: ${failed.map((one) => one.label).join(', ')}`}`);
process.exit(failed.length === 0 ? 0 : 1);
