import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launcherPid, logInStatus, NpmStart, processesOf, recordedProcesses } from './npm-start.js';

let folder: string;
let data: string;
const started: NpmStart[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-e2e-'));
  // As root Postgres runs as another user, who must be able to walk in.
  await chmod(folder, 0o711);
  data = join(folder, 'data');
});
afterAll(async () => {
  for (const one of started) await one.stop();
  await rm(folder, { recursive: true, force: true });
});

function npmStart(args: readonly string[] = ['--port', '0', '--json'], options: ConstructorParameters<typeof NpmStart>[1] = {}): NpmStart {
  const one = new NpmStart(['--data', data, ...args], options);
  started.push(one);
  return one;
}

async function nothingLeft(): Promise<void> {
  expect(await processesOf(data)).toEqual([]);
  expect([...(await recordedProcesses(data))]).toEqual([]);
}

describe('npm start', () => {
  it('prints one line of JSON, refuses a second start, and leaves no orphan after SIGTERM to the group', async () => {
    const one = npmStart(undefined, { ownGroup: true });
    const ready = await one.ready();
    expect(one.output.split('\n')).toHaveLength(2);
    expect(Object.keys(ready)).toEqual(['url', 'admin', 'database_url', 'nats_url', 'store']);
    expect(ready).toMatchObject({
      store: { endpoint: expect.any(String), bucket: expect.any(String), access_key_id: expect.any(String), secret_access_key: expect.any(String), readonly_access_key_id: expect.any(String), readonly_secret_access_key: expect.any(String) },
    });
    expect(await logInStatus(ready)).toBe(200);
    const second = npmStart();
    expect(await second.ended).toBe(1);
    expect(second.errors).toContain(`is in use by another start at ${ready.url}`);
    expect(second.output).toBe('');
    process.kill(-(one.child.pid ?? 0), 'SIGTERM');
    expect(await one.ended).toBe(0);
    // Stopped in order, not cut: Postgres says so in its log.
    expect(await readFile(join(data, 'logs', 'postgres.log'), 'utf8')).toMatch(/database system is shut down\n$/);
    await nothingLeft();
  });

  it('keeps its data, and ends what a launcher that was killed left behind', async () => {
    const one = npmStart();
    const before = await one.ready();
    const orphans = await recordedProcesses(data);
    expect([...orphans.keys()].sort()).toEqual(['backend', 'object store', 'training service']);
    // The store cannot end by itself: it would write to the folder beside the next one.
    process.kill(orphans.get('object store') ?? 0, 'SIGSTOP');
    process.kill(await launcherPid(data), 'SIGKILL');
    await one.ended;
    const two = npmStart();
    setTimeout(() => process.kill(orphans.get('object store') ?? 0, 'SIGCONT'), 3_000);
    const after = await two.ready();
    expect(two.errors).toContain('Stopped the object store that an earlier start left behind');
    expect(after.admin).toEqual(before.admin);
    expect(await logInStatus(after)).toBe(200);

    process.kill((await recordedProcesses(data)).get('backend') ?? 0, 'SIGKILL');
    await two.until(() => two.errors.includes('The backend ended (SIGKILL); starting it again.'));
    await expect.poll(() => logInStatus(after).catch(() => 0), { timeout: 20_000 }).toBe(200);

    process.kill((await recordedProcesses(data)).get('object store') ?? 0, 'SIGKILL');
    expect(await two.ended).toBe(1);
    expect(two.errors).toContain('The object store ended by itself (SIGKILL). The data is safe; start again.');
    await nothingLeft();
  });

  it('says each thing that is wrong in one sentence, and starts nothing', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const address = blocker.address();
    const port = String(typeof address === 'object' && address !== null ? address.port : 0);
    await writeFile(join(folder, 'a-file'), '');
    const cases: [string[], RegExp, NodeJS.ProcessEnv?][] = [
      [['--port', port], new RegExp(`^Port ${port} of 127.0.0.1 is in use by another program; end it, or choose another port with --port.$`)],
      [['--port', '0', '--store-port', port], /in use by another program; end it, or choose another port with --store-port\.$/],
      [['--port', '0', '--host', '203.0.113.1'], /^203.0.113.1 is no address of this machine/],
      [['--port', '0', '--data', join(folder, 'a-file')], /a-file is a file; --data takes a folder\.$/],
      [['--port', '0'], /^S3_ENDPOINT is set, so S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are needed too/, { S3_ENDPOINT: 'http://127.0.0.1:1' }],
    ];
    for (const [args, sentence, environment] of cases) {
      const one = npmStart([...args, '--json'], { environment: { ...process.env, ...environment } });
      expect(await one.ended).toBe(1);
      expect(one.errors.trim()).toMatch(sentence);
      expect(one.output).toBe('');
    }
    blocker.close();
    await sleep(100);
    await nothingLeft();
  });

  it('shows a person the address, the password and where the data is, and no log lines', async () => {
    const one = npmStart(['--port', '0']);
    await one.until(() => one.output.includes('Ctrl+C stops everything'));
    const { password } = JSON.parse(await readFile(join(data, 'admin-credentials.json'), 'utf8')) as { password: string };
    expect(one.output).toContain(`Password  ${password}`);
    expect(one.errors.split('\n').filter((line) => line !== '' && !/^(Starting|Stopped) .*$/.test(line))).toEqual([]);
    expect(await one.stop('SIGINT')).toBe(0);
    await nothingLeft();
  });
});
