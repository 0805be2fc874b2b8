import { readFileSync } from 'node:fs';
import { visionNatsUsers } from '@app/local-services';

export const PASSWORDS = { backend: 'NATS_BACKEND_PASSWORD', training: 'NATS_TRAINING_PASSWORD', consumer: 'NATS_CONSUMER_PASSWORD' };

/** The users of the embedded server, with passwords from the environment: `k8s/components/nats/users.conf`. */
export function usersConf(): string {
  const users = visionNatsUsers(PASSWORDS).map(({ name, password, permissions }) => {
    if (permissions === undefined) throw new Error(`${name} may do everything`);
    const { publish, subscribe, mayAnswer = false } = permissions;
    const answers = mayAnswer ? '      allow_responses: { max: 1, expires: "2m" }\n' : '';
    return `  {\n    user: ${name}\n    password: $${password}\n    permissions: {\n      publish: { allow: ${list(publish)} }\n      subscribe: { allow: ${list(subscribe)} }\n${answers}    }\n  }\n`;
  });
  return `# Written from libs/local-services/src/nats/vision-nats-users.ts by test/deploy/nats-config.spec.ts (run it with -u). What is not allowed is refused.\nusers: [\n${users.join('')}]\n`;
}

const list = (subjects: readonly string[]): string => `[\n${subjects.map((one) => `        ${JSON.stringify(one)}\n`).join('')}      ]`;

/** The cluster's configuration for a server of this machine: ports and folders of its own, and without what nats-server before 2.10 does not know. */
export function localConf(at: { readonly port: number; readonly clusterPort: number; readonly folder: string; readonly version: string }): string {
  return knownTo(at.version, readFileSync('k8s/components/nats/nats.conf', 'utf8'))
    .replace('"0.0.0.0:4222"', `"127.0.0.1:${at.port}"`)
    .replace('"0.0.0.0:6222"', `"127.0.0.1:${at.clusterPort}"`)
    .replace(/^http: .*$/m, '')
    .replace('"/tmp/nats.pid"', `"${at.folder}/nats.pid"`)
    .replace('"/data/jetstream"', `"${at.folder}/jetstream"`)
    .replace('max_file_store: 8GB', 'max_file_store: 1GB');
}

/** Without the one setting that servers before 2.10 refuse to start with. */
export function knownTo(version: string, config: string): string {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 10) ? config : config.replace(/^ *sync_interval: .*$/m, '');
}
