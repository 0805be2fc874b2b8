// Lets the install scripts of named packages run, which .npmrc keeps from running: they download what the packages are made of. Names are separated by spaces; none is fine.
import { readFileSync } from 'node:fs';
import { runStep } from './run-step.mjs';

const wanted = (process.argv[2] ?? '').split(/\s+/).filter((name) => name !== '');
const { optionalDependencies = {} } = JSON.parse(readFileSync('package.json', 'utf8'));
const unknown = wanted.filter((name) => optionalDependencies[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`${unknown.join(', ')}: not among the optional packages (${Object.keys(optionalDependencies).join(', ')}).\n`);
  process.exit(1);
}
for (const name of wanted) await runStep(`The installation of ${name}`, ['npm', 'rebuild', name, '--ignore-scripts=false', '--foreground-scripts']);
