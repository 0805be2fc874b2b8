import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Stage {
  readonly name: string;
  readonly from: string;
  readonly run: readonly string[];
  readonly copy: readonly string[];
  readonly user: string | undefined;
  /** ENTRYPOINT and CMD in one. */
  readonly command: readonly string[];
  readonly labels: string;
  /** ENV. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The stages of docker/Dockerfile, in order. It keeps to one line a RUN, COPY and CMD. */
export function stagesOf(text: string): Stage[] {
  const parts = text.replace(/\\\n\s*/g, '').split(/^(?=FROM )/m).slice(1);
  return parts.map((part) => {
    const lines = part.split('\n').map((line) => line.trim());
    const [, from = '', name = ''] = /^FROM (\S+) AS (\S+)$/.exec(lines[0] ?? '') ?? [];
    const all = (word: string): string[] => lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
    const command: string[] = [...all('ENTRYPOINT'), ...all('CMD')].flatMap((json) => JSON.parse(json) as string[]);
    return { name, from, run: all('RUN'), copy: all('COPY'), user: all('USER')[0], command, labels: all('LABEL').join(' '), environment: Object.fromEntries(all('ENV').flatMap((line) => line.split(' ').map((one) => one.split('=')))) };
  });
}

/** What the build context holds: files of the repository that .dockerignore lets in. */
export function contextFiles(): string[] {
  const lines = readFileSync('.dockerignore', 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const kept = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const dropped = lines.filter((line) => line.startsWith('**/')).map((line) => new RegExp(`(^|/)${line.slice(3).replaceAll('.', '\\.').replaceAll('*', '[^/]*')}($|/)`));
  const known = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' }).stdout.split('\n');
  return known.filter((file) => file !== '' && kept.some((one) => file === one || file.startsWith(`${one}/`)) && !dropped.some((one) => one.test(file)));
}

export function copyContext(to: string): void {
  for (const file of contextFiles()) cpSync(file, join(to, file), { recursive: dirname(file) !== '.' });
}
