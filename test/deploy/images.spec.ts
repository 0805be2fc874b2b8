import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { contextFiles, stagesOf } from './dockerfile.js';

const text = readFileSync('docker/Dockerfile', 'utf8');
const stages = stagesOf(text);

it('makes every image without root, of a base that a release chooses, with the name of its list of contents', () => {
  for (const name of ['backend', 'training', 'standalone', 'labeler']) {
    const stage = stages.find((one) => one.name === name);
    // The page's base has a user of its own, and initdb wants one with a name.
    expect([name, stage?.user]).toEqual([name, { backend: '10001:10001', training: '10002:10002', standalone: '1000:1000', labeler: undefined }[name]]);
    expect([name, stage?.from]).toEqual([name, name === 'labeler' ? '${NGINX_IMAGE}' : '${NODE_IMAGE}']);
    expect(stage?.labels).toContain('dev.vision.sbom=');
    expect(stage?.run).toEqual([]);
  }
  expect(text).toMatch(/^ARG NGINX_IMAGE=nginxinc\/nginx-unprivileged:/m);
});

it('names versions of its bases and no digest that nobody has looked up', () => {
  const bases = [...text.matchAll(/^ARG \w+_IMAGE=(.*)$/gm)].map(([, image]) => image);
  expect(bases).toHaveLength(3);
  for (const base of bases) expect(base).toMatch(/^[\w./-]+:\d[\w.-]*$/);
});

it('keeps each step one command of ours', () => {
  const steps = stages.flatMap(({ run }) => run);
  expect(steps.length).toBeGreaterThan(4);
  for (const step of steps) expect(step).toMatch(/^(npm ci|node scripts\/[\w-]+\.mjs( [\w/"$-]+)*)$/);
});

it('lets no secret, no data and nothing built into the build', () => {
  const files = contextFiles();
  expect(files).toEqual(expect.arrayContaining(['package-lock.json', 'scripts/build.mjs', 'apps/backend/src/main.ts', 'docker/labeler/default.conf.template']));
  expect(files.filter((file) => /(^|\/)(\.env|secrets\.env|\.data|dist|node_modules|\.git)(\/|$|\.)|spec\.ts$|^test\/|^k8s\//.test(file))).toEqual([]);
});
