// One step of a start or a build as a child process. Its output is kept back and shown only when it fails.
import { spawn } from 'node:child_process';

const running = new Set();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
let interrupted = false;

/** Ends the steps that run, waits for them, and ends this process as the signal would have: no step goes on alone. */
function interrupt(signal) {
  if (interrupted) return;
  interrupted = true;
  for (const child of running) child.kill('SIGTERM');
  const leave = () => process.exit(signal === 'SIGINT' ? 130 : 143);
  Promise.all([...running].map((child) => new Promise((done) => child.once('close', done)))).then(leave);
  setTimeout(() => running.forEach((child) => child.kill('SIGKILL')), 5_000).unref();
}

/** Rejects with one sentence. `environment` is added to ours. */
export function runStep(label, [command, ...args], { environment = {} } = {}) {
  return new Promise((resolve, reject) => {
    if (interrupted) return;
    if (running.size === 0) for (const signal of SIGNALS) process.on(signal, interrupt);
    const lines = [];
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => lines.push(chunk));
    child.once('error', (error) => lines.push(Buffer.from(`${command} cannot be run (${error.message}).\n`)));
    child.once('close', (code) => {
      running.delete(child);
      if (running.size === 0 && !interrupted) for (const signal of SIGNALS) process.off(signal, interrupt);
      if (code === 0) return resolve();
      if (interrupted) return undefined;
      process.stderr.write(Buffer.concat(lines));
      return reject(new Error(`${label} failed; the reason is above.`));
    });
  });
}
