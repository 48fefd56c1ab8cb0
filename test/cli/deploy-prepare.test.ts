// `watchdog deploy prepare` as it is typed: what it writes beside a configuration, and what it says instead.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readDeployment } from '../../cli/deploy/deployment.ts';
import { configText } from '../support/deployed.ts';
import { folder, watchdog, type Ended } from './command.ts';

const minimum = `channels:
  - { id: pager, channel: webhook, url: { env: PAGER_URL } }
sites:
  - id: home
    targets: [{ id: p2p, probe: tcp, address: "vpn.example.net:30303" }]
`;
const written = ['.watchdog', 'deployment.auto.tfvars.json', 'secrets.auto.tfvars.json', 'watchdog.yaml'];

let temporary: ReturnType<typeof folder>;
let place: string;
beforeEach(() => {
  temporary = folder();
  place = join(temporary.path, 'home');
  mkdirSync(place);
  writeFileSync(join(place, 'watchdog.yaml'), minimum);
});
afterEach(() => {
  temporary.remove();
});

const prepare = (...args: readonly string[]): Promise<Ended> => watchdog(['deploy', 'prepare', ...args]);
const read = (name: string): string => readFileSync(join(place, name), 'utf8');
const sha256 = (name: string): string =>
  createHash('sha256')
    .update(readFileSync(join(place, name)))
    .digest('hex');

describe('a first deployment', () => {
  test('has its bundle, its variables and an empty list of secrets beside the configuration', async () => {
    const { code, out, err } = await prepare(place, '--first');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.replace(/\d+ KiB/, 'N KiB').split('\n')).toEqual([
      'good watchdog.yaml: 5 functions, 2 secrets',
      '  each with the secrets that it reads: watch, witness, deliver (PAGER_URL), status (STATUS_TOKEN), daily',
      `  wrote ${place}/.watchdog/functions.zip, N KiB`,
      `  wrote ${place}/deployment.auto.tfvars.json`,
      `  wrote ${place}/secrets.auto.tfvars.json`,
      'next:',
      `  $ watchdog deploy check ${place}`,
      `  $ terraform -chdir=${place} init && terraform -chdir=${place} apply`,
      '    that makes databases and the places of the secrets, and no functions yet',
      `  $ watchdog secrets set ${place} --random`,
      `  $ watchdog secrets set ${place} --file secrets.env`,
      `  $ terraform -chdir=${place} apply`,
      '',
    ]);
    expect(readdirSync(place).toSorted()).toEqual(written);
    expect(readdirSync(join(place, '.watchdog'))).toEqual(['functions.zip']);
    expect(JSON.parse(read('secrets.auto.tfvars.json'))).toEqual({ secret_versions: {} });
    expect(readDeployment(place)).toMatchObject({
      ok: true,
      deployment: {
        version: '0.1.0',
        bundle: { path: '.watchdog/functions.zip', sha256: sha256('.watchdog/functions.zip') },
        config: { path: 'watchdog.yaml', sha256: sha256('watchdog.yaml') },
        functions: { deliver: { secrets: ['PAGER_URL'] } },
      },
    });
  });

  test('with a gate the key of it comes before what others gave out', async () => {
    writeFileSync(join(place, 'watchdog.yaml'), configText);
    const { code, out } = await prepare(place, '--first');
    expect(code).toBe(0);
    expect(out).toContain(
      [
        `  $ watchdog secrets set ${place} --random`,
        `  $ watchdog secrets set ${place} GATE_KEY --generate ed25519`,
        '    write what it prints into gate.publicKeys, and prepare again',
        `  $ watchdog secrets set ${place} --file secrets.env`,
      ].join('\n'),
    );
  });

  test('is only the first once: the secrets that are there are not forgotten', async () => {
    const secrets = join(place, 'secrets.auto.tfvars.json');
    writeFileSync(secrets, '{"secret_versions":{"deliver":{"version":1,"names":["PAGER_URL"]}}}');
    const { code, out, err } = await prepare(place, '--first');
    expect({ code, out, err }).toEqual({
      code: 2,
      out: '',
      err: `${secrets} is there already, so this is not the first deployment of this folder; leave --first out\n`,
    });
    expect(read('secrets.auto.tfvars.json')).toContain('"version":1');
    expect(existsSync(join(place, '.watchdog'))).toBe(false);
  });
});

describe('a later deployment', () => {
  test('writes the same bytes for the same configuration, and leaves the secrets alone', async () => {
    const secrets = '{ "secret_versions": { "deliver": { "version": 3, "names": ["PAGER_URL"] } } }';
    writeFileSync(join(place, 'secrets.auto.tfvars.json'), secrets);
    const all = (): string[] => ['.watchdog/functions.zip', 'deployment.auto.tfvars.json'].map(sha256);
    const first = await prepare(place);
    expect(first.err).toBe('');
    expect(first.out).toContain(
      `\nnext:\n  $ watchdog deploy check ${place}\n  $ terraform -chdir=${place} apply\n`,
    );
    const before = all();
    const inside = await watchdog(['deploy', 'prepare', '.'], { cwd: place });
    expect(inside.out).toContain('\nnext:\n  $ watchdog deploy check .\n  $ terraform apply\n');
    expect(all()).toEqual(before);
    expect(read('secrets.auto.tfvars.json')).toBe(secrets);
  });

  test('without the list of secrets says how to get it back', async () => {
    const { code, err } = await prepare(place);
    expect({ code, err }).toEqual({
      code: 2,
      err: `there is no ${place}/secrets.auto.tfvars.json: for a first deployment add --first; if you lost the file: watchdog secrets pull ${place}\n`,
    });
  });

  test('may have its configuration elsewhere, by its way from the folder', async () => {
    writeFileSync(join(temporary.path, 'mine.yaml'), `\ufeff${minimum}`);
    const { code } = await prepare(place, '--first', '--config', join(temporary.path, 'mine.yaml'));
    expect(code).toBe(0);
    // Of the bytes that Terraform mounts, whatever a reader of text makes of them.
    const config = { path: '../mine.yaml', sha256: sha256('../mine.yaml') };
    expect(readDeployment(place)).toMatchObject({ ok: true, deployment: { config } });
  });

  test('is JSON for scripts', async () => {
    const { out } = await prepare(place, '--first', '--json');
    const deployment = readDeployment(place);
    expect(JSON.parse(out)).toEqual({
      ...deployment,
      written: ['.watchdog/functions.zip', 'deployment.auto.tfvars.json', 'secrets.auto.tfvars.json'],
    });
  });
});

describe('what cannot be deployed', () => {
  const configuration = (text: string): void => {
    writeFileSync(join(place, 'watchdog.yaml'), text);
  };

  test('is a folder that is not there, or no folder', async () => {
    const nowhere = join(temporary.path, 'nowhere');
    const words = 'make it, or begin with a copy of terraform/examples/minimal';
    expect(await prepare(nowhere)).toEqual({
      code: 2,
      out: '',
      err: `there is no folder ${nowhere}; ${words}\n`,
    });
    const file = join(place, 'watchdog.yaml');
    expect((await prepare(file)).err).toBe(`there is no folder ${file}; ${words}\n`);
  });

  test('is a folder without a configuration', async () => {
    const { code, err } = await prepare(temporary.path);
    expect({ code, err }).toEqual({
      code: 2,
      err: `${temporary.path}/watchdog.yaml does not exist; check the name, or begin with a copy of a file in examples/\n`,
    });
  });

  test('is a configuration with mistakes, all of which are told as `config check` does', async () => {
    configuration(minimum.replace('probe: tcp', 'probe: tpc').replace('id: pager', 'id: Pager'));
    const checked = await watchdog(['config', 'check', join(place, 'watchdog.yaml')]);
    const prepared = await prepare(place, '--first');
    expect(prepared).toEqual({ ...checked, code: 2 });
    expect(prepared.err).toContain('has 2 problems');
    expect(readdirSync(place)).toEqual(['watchdog.yaml']);
  });

  test('is one that no secret can hold', async () => {
    configuration(`${minimum}# ${'x'.repeat(65_536)}\n`);
    const { code, err } = await prepare(place, '--first');
    expect(code).toBe(2);
    expect(err).toMatch(
      /watchdog\.yaml has 65\d\d\d bytes; Secret Manager, which the functions get it from, takes 65536: take comments out, or deploy its sites as two watchdogs\n$/,
    );
  });

  test('is one with a secret in a file, in words and for scripts', async () => {
    configuration(minimum.replace('{ env: PAGER_URL }', '{ file: /run/secrets/pager }'));
    const { code, err } = await prepare(place, '--first');
    expect(code).toBe(2);
    expect(err).toContain('channel pager: has its secret in the file /run/secrets/pager; in the cloud');
    const { out } = await prepare(place, '--first', '--json');
    expect(JSON.parse(out)).toMatchObject({ ok: false, problems: [{ path: 'channel pager' }] });
    expect(readdirSync(place)).toEqual(['watchdog.yaml']);
  });

  test('is a folder in which nothing can be written', async () => {
    // A file where a folder has to be: who runs as root may write anywhere.
    writeFileSync(join(place, '.watchdog'), '');
    const { code, err } = await prepare(place, '--first');
    expect(code).toBe(2);
    expect(err).toBe(
      `${place}/.watchdog/functions.zip cannot be written (EEXIST); check its folder and its owner\n`,
    );
    expect(existsSync(join(place, 'secrets.auto.tfvars.json'))).toBe(false);
  });
});
