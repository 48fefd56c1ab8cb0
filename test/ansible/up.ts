// A house by hand: `node test/ansible/up.ts --minis 3 --hub --folder DIR` stays until it is interrupted, and leaves in DIR how to play on it.
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { tool } from '../support/tools.ts';
import { ansibleFolder, startHouse } from './house.ts';

const { values } = parseArgs({
  options: {
    minis: { type: 'string', default: '3' },
    hub: { type: 'boolean', default: false },
    folder: { type: 'string', default: 'house' },
  },
});
const house = await startHouse({ minis: Number(values.minis), hub: values.hub });
const folder = resolve(values.folder);
mkdirSync(folder, { recursive: true });
const link = (name: string): void => {
  rmSync(join(folder, name), { force: true });
  symlinkSync(join(house.folder, name), join(folder, name));
};
for (const name of ['inventory', 'key', 'world-servers.log', 'router-servers.log', 'outputs.json', 'tokens'])
  link(name);
const script = (name: string, ...lines: readonly string[]): void => {
  writeFileSync(join(folder, name), ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(join(folder, name), 0o755);
};
const { home, world } = house.networks;
script('home', `exec nsenter --net=/proc/${home.pid}/ns/net "$@"`);
script('world', `exec nsenter --net=/proc/${world.pid}/ns/net "$@"`);
script(
  'ansible-playbook',
  `export ANSIBLE_CONFIG=\${ANSIBLE_CONFIG:-${ansibleFolder}/ansible.cfg} ANSIBLE_HOME=${house.folder}/ansible-home`,
  `exec ${folder}/home ${tool('ansible').path} --inventory ${house.folder}/inventory "$@"`,
);
script(
  'ssh',
  'host=$1; shift',
  `exec ${folder}/home ssh -i ${house.folder}/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "ops@$host" sudo "$@"`,
);
for (const machine of [...house.minis, ...(values.hub ? [house.hub] : [])]) {
  process.stdout.write(`${machine.id} ${machine.address} root ${machine.root}\n`);
}
process.stdout.write(
  `ready: ${folder}/{ansible-playbook PLAYBOOK,ssh ADDRESS COMMAND,home COMMAND,world COMMAND}\n`,
);
process.on('SIGINT', () => {
  void house.close().then(() => process.exit(0));
});
