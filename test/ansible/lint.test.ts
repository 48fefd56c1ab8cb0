// What is held to be good Ansible, and that what the roles demand, what they have as defaults and what their READMEs say is the same.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRoles, withTable } from '../../docs/generate/roles.ts';
import { lacks, tool } from '../support/tools.ts';
import { ansibleFolder } from './house.ts';

const variablesOnly = join(import.meta.dirname, 'preflight/variables.yml');
const inventories = ['one-node', 'three-nodes'];
const playbooks = readdirSync(join(ansibleFolder, 'playbooks')).filter((name) => name.endsWith('.yml'));
const roles = readRoles();
const names = roles.map(({ name }) => name);

describe.skipIf(lacks('ansible'))('the linters', () => {
  let home = '';
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'ansible-'));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** What a program of Ansible says, run where the playbooks are; empty when it has no complaint. */
  const complaint = async (program: string, ...args: readonly string[]): Promise<string> =>
    new Promise((resolve) => {
      const env = {
        PATH: process.env['PATH'],
        HOME: home,
        LANG: 'C.UTF-8',
        NO_COLOR: '1',
        ANSIBLE_HOME: home,
        ANSIBLE_NOCOLOR: '1',
      };
      execFile(
        join(tool('ansible').folder, 'bin', program),
        [...args],
        { cwd: ansibleFolder, env, maxBuffer: 16 * 1024 * 1024 },
        (error, stdout, stderr) => resolve(error === null ? '' : `${stdout}${stderr}`),
      );
    });

  test('yamllint has no complaint', async () => {
    expect(await complaint('yamllint', '--strict', '.')).toBe('');
  });

  test('ansible-lint has no complaint in its strictest profile', async () => {
    expect(await complaint('ansible-lint', '--offline', '--strict', '--profile', 'production')).toBe('');
  });

  test.each(playbooks.flatMap((playbook) => inventories.map((inventory) => [playbook, inventory] as const)))(
    '%s can be read with %s',
    async (playbook, inventory) => {
      const said = await complaint(
        'ansible-playbook',
        '--syntax-check',
        `--inventory=inventories/${inventory}`,
        `playbooks/${playbook}`,
      );
      expect(said).toBe('');
    },
  );

  test.each(inventories)('preflight has nothing to say to the variables of %s', async (inventory) => {
    expect(await complaint('ansible-playbook', `--inventory=inventories/${inventory}`, variablesOnly)).toBe(
      '',
    );
    expect(existsSync(join(ansibleFolder, 'inventories', inventory, 'secrets'))).toBe(false);
  });
});

describe.each(roles)('role $name', (role) => {
  const written = Object.keys(role.defaults);
  const known = Object.keys(role.options);

  test('each default is known and described', () => {
    expect(written.filter((name) => !known.includes(name))).toEqual([]);
    const silent = Object.entries(role.options).filter(([, { description }]) => description.length === 0);
    expect(silent.map(([name]) => name)).toEqual([]);
  });

  test('whatever may be set has a default or must be set', () => {
    const without = known.filter((name) => !written.includes(name) && role.options[name]?.required !== true);
    expect(without).toEqual([]);
  });

  test("its variables begin with its name, and not with another role's", () => {
    const nearest = (name: string): string | undefined =>
      names.filter((each) => name.startsWith(`${each}_`)).sort((a, b) => b.length - a.length)[0];
    const foreign = [...written, ...known].filter(
      (name) => nearest(name) !== role.name && !name.startsWith(`${role.name}_`) && name !== role.name,
    );
    expect(foreign).toEqual([]);
  });

  test('a default that its demands name as well is the same there', () => {
    const other = Object.entries(role.options)
      .filter(([name, { default: said }]) => said !== undefined && !isSame(said, role.defaults[name]))
      .map(([name]) => name);
    expect(other).toEqual([]);
  });

  test('its README says all of that, what it leaves alone and how it is tested', () => {
    expect(role.readme).toContain('\n## Variables\n');
    expect(role.readme).toBe(withTable(role));
  });

  test('says of which systems it is, and its first lines what its files are for', () => {
    const folder = join(ansibleFolder, 'roles', role.name);
    expect(existsSync(join(folder, 'meta/main.yml'))).toBe(true);
    const silent = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(yml|py|j2|sh)$/.test(path))
      .filter(
        (path) => !/^(#|\{#|<!--|---\n#|;|\/\/|\/\*|! )/.test(readFileSync(join(folder, path), 'utf8')),
      );
    expect(silent).toEqual([]);
  });
});

const plain = (value: unknown): string =>
  typeof value === 'string' ? value.replaceAll(/\s+/g, ' ').trim() : JSON.stringify(value);

function isSame(one: unknown, other: unknown): boolean {
  return plain(one) === plain(other);
}
