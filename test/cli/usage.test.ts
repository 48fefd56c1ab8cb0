// How the command line behaves as such: help, wrong calls, colours, broken pipes.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { house, repository, watchdog, type House } from './command.ts';

const escape = '\u001b[';

const commands = [
  'config check',
  'probe',
  'run',
  'channel test',
  'status',
  'explain',
  'quiet',
  'replay',
  'incidents',
  'incident',
  'ack',
  'clear',
  'mute',
  'maintenance list',
  'maintenance add',
  'maintenance end',
  'standby create',
  'standby keep',
  'standby release',
  'standby list',
  'standby watch',
  'drill',
  'deploy prepare',
];

let home: House;
beforeAll(async () => {
  home = await house();
});
afterAll(async () => {
  await home.close();
});

describe('help', () => {
  test.each(commands)('of %s has an example and the exit codes', async (command) => {
    const { code, out } = await watchdog([...command.split(' '), '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Examples?:$/m);
    expect(out).toContain(`watchdog ${command} `);
    expect(out).toContain('2 wrong usage or configuration');
  });

  test('of the whole names every command', async () => {
    const { code, out } = await watchdog(['--help']);
    expect(code).toBe(0);
    for (const name of commands) expect(out).toMatch(new RegExp(`^  ${name.split(' ')[0]}\\b`, 'm'));
  });
});

describe('a wrong call ends with 2 and says what to do', () => {
  const wrong: readonly (readonly [args: string[], says: RegExp])[] = [
    [[], /Usage: watchdog/],
    [['prob'], /Did you mean probe\?/],
    [['probe'], /missing required argument 'file'/],
    [['probe', 'x.yaml', '--jsn'], /Did you mean --json\?/],
    [['probe', 'x.yaml', '--resolve', 'nonsense'], /write host:port:address/],
    [['probe', 'x.yaml', '--allow', '10.0.0.0/99'], /write address\/bits/],
    [['probe', 'missing.yaml'], /missing\.yaml: does not exist; check the name/],
    [['probe', 'test'], /test: is a folder; name the file in it/],
    [['explain', 'home', '--url', 'http://127.0.0.1:1', '--config', 'x.yaml'], /exclude each other/],
    [['channel', 'test', 'x.yaml'], /missing required argument 'channel-id'/],
    [
      ['channel', 'test', 'x.yaml', 'pager', '--severity', 'loud'],
      /Allowed choices are info, warning, critical/,
    ],
    [['channel', 'test', 'missing.yaml', 'pager'], /missing\.yaml: does not exist; check the name/],
    [['replay', 'missing.jsonl'], /missing\.jsonl cannot be read/],
  ];
  test.each(wrong)('%j', async (args, says) => {
    const { code, out, err } = await watchdog(args);
    expect(err).toMatch(says);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});

describe('colour', () => {
  test('is absent when the output is no terminal', async () => {
    const { out } = await watchdog(['probe', home.config, ...home.up]);
    expect(out).toContain('home (The basement): ok');
    expect(out).not.toContain(escape);
  });

  test('is there when it is forced, as on a terminal', async () => {
    const { out } = await watchdog(['config', 'check', home.config], { env: { FORCE_COLOR: '1' } });
    expect(out).toContain(`${escape}32mgood${escape}39m`);
  });
});

test('a reader who leaves early is no error', async () => {
  const child = spawn(process.execPath, [join(repository, 'cli/main.ts'), '--help'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, err }).toEqual({ code: 0, err: '' });
});
