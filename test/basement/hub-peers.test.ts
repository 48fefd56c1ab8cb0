// Who is in the list of peers of the exit when a run does not have all nodes: those who come already stay, and nobody is turned away by mistake.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { lacks, tool } from '../support/tools.ts';

const execute = promisify(execFile);
const role = fileURLToPath(new URL('../../basement/ansible/roles/vpn_hub', import.meta.url));
const read = (path: string): string => readFileSync(join(role, path), 'utf8');
const tasks = z.array(z.looseObject({ name: z.string() })).parse(parse(read('tasks/main.yml')));
const refusal = tasks.find(({ name }) => name === 'Refuse to turn everybody away');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub-peers-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('hub-state tells the public keys of those who come, and nothing that is secret', () => {
  const list = [
    '# who may come',
    'mini1 home key-of-mini1= 10.66.0.2/32,fd66::2/128 preshared=',
    'mini2 home key-of-mini2= 10.66.0.3/32,fd66::3/128 ',
  ];
  writeFileSync(join(folder, 'hub-peers'), `${list.join('\n')}\n`);
  const program = read('files/hub-state').replaceAll('/etc/basement', folder);
  const args = ['-c', program, 'look', '10.66.0.0/24', 'fd66::/64', 'mini1', 'mini2'];
  const said = execFileSync('python3', args, { encoding: 'utf8' });
  const { peers } = z.object({ peers: z.record(z.string(), z.string()) }).parse(JSON.parse(said));
  expect(peers).toEqual({ mini1: 'key-of-mini1=', mini2: 'key-of-mini2=' });
  expect(said).not.toContain('preshared');
});

describe.skipIf(lacks('ansible'))('the list of peers', () => {
  type Run = {
    readonly mode: string;
    /** Public keys that nodes of this run have told. */
    readonly told?: Readonly<Record<string, string>>;
    /** Those that came before. */
    readonly before?: Readonly<Record<string, string>>;
  };

  /** Node and key of each line that is written, or the words with which it is refused. */
  const listOf = async ({ mode, told = {}, before = {} }: Run): Promise<readonly string[]> => {
    const nodes = ['mini1', 'mini2', 'mini3'];
    const at = (name: string): string => join(folder, name);
    const hosts = Object.fromEntries(
      nodes.map((name) => [name, name in told ? { vpn_public_key: told[name] } : {}]),
    );
    const inventory = {
      hub: {
        hosts: {
          exit1: {
            ansible_connection: 'local',
            ansible_python_interpreter: '{{ ansible_playbook_python }}',
          },
        },
      },
      servers: { hosts },
      basement: { children: { servers: {} } },
    };
    const play = {
      hosts: 'hub',
      gather_facts: false,
      vars_files: [join(role, 'vars/main.yml')],
      vars: {
        vpn_mode: mode,
        vpn_hub_look: { stdout: JSON.stringify({ peers: before }) },
        vpn_hub_addresses: Object.fromEntries(
          nodes.map((name, place) => [name, { v4: `10.66.0.${place + 2}`, v6: `fd66::${place + 2}` }]),
        ),
      },
      tasks: [
        refusal,
        {
          name: 'Write',
          'ansible.builtin.template': {
            src: join(role, 'templates/hub-peers.j2'),
            dest: at('peers'),
            mode: '0600',
          },
        },
      ],
    };
    writeFileSync(at('hosts.yml'), stringify(inventory));
    writeFileSync(at('play.yml'), stringify([play]));
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      LANG: 'C.UTF-8',
      ANSIBLE_HOME: folder,
      ANSIBLE_NOCOLOR: '1',
    };
    const failed = await execute(tool('ansible').path, ['--inventory', at('hosts.yml'), at('play.yml')], {
      env,
    }).then(
      () => '',
      (error: unknown) => z.object({ stdout: z.string() }).parse(error).stdout.replaceAll(/\s+/g, ' '),
    );
    return failed === ''
      ? readFileSync(at('peers'), 'utf8')
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => line.split(' ').slice(0, 3).join(' '))
      : [failed];
  };

  test('keeps who is not part of the run, and takes the new key of who is', async () => {
    const before = { mini1: 'old1=', mini2: 'old2=' };
    expect(await listOf({ mode: 'gateway', before })).toEqual(['mini1 home old1=']);
    expect(await listOf({ mode: 'per-node', told: { mini2: 'new2=' }, before })).toEqual([
      'mini1 home old1=',
      'mini2 home new2=',
    ]);
  }, 60_000);

  test('may be empty before anybody has come, and when nobody should', async () => {
    expect(await listOf({ mode: 'gateway' })).toEqual([]);
    expect(await listOf({ mode: 'none', before: { mini1: 'old1=' } })).toEqual([]);
  }, 60_000);

  test('is not written when it would turn everybody away', async () => {
    const [said] = await listOf({ mode: 'gateway', before: { mini2: 'old2=' } });
    expect(said).toContain('mini2 come by this exit now, and nobody would after this run');
    expect(said).toContain('--limit mini1,exit1');
  }, 60_000);
});
