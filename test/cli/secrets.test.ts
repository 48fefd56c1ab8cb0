// `watchdog secrets` as somebody types it: values come through pipes, files and the environment, and are seen nowhere.
import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deployedFolder, type DeployedFolder, functions, outputsOf, project } from '../support/deployed.ts';
import { pretendGoogle, type PretendGoogle } from '../support/pretend-google.ts';
import { type Ended, repository, watchdog } from './command.ts';

let google: PretendGoogle;
let folder: DeployedFolder;
beforeAll(async () => {
  google = await pretendGoogle();
});
afterAll(async () => {
  await google.close();
});
beforeEach(() => {
  google.reset();
  for (const [name, needs] of Object.entries(functions)) {
    if (needs.length > 0) google.secret(`projects/${project}/secrets/watchdog-${name}`);
  }
  folder = deployedFolder();
  return () => {
    folder.remove();
  };
});

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  watchdog(['secrets', ...args], { env: { WATCHDOG_GOOGLE_ENDPOINT: google.endpoint, ...env } });
const set = (...args: readonly string[]): Promise<Ended> =>
  run(['set', folder.path, ...args, '--outputs', folder.outputs]);

/** The same, with something in its standard input. */
function piped(text: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [join(repository, 'cli/main.ts'), 'secrets', ...args], {
    env: { PATH: process.env['PATH'] ?? '', WATCHDOG_GOOGLE_ENDPOINT: google.endpoint },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (more: string) => (out += more));
  child.stderr.setEncoding('utf8').on('data', (more: string) => (err += more));
  child.stdin.end(text);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code, out, err });
    });
  });
}

const payload = (name: string, version = 1): unknown =>
  JSON.parse(google.textOf(`projects/${project}/secrets/watchdog-${name}`, version) ?? 'null');

test('from a file to functions, and nobody sees a value', async () => {
  const file = join(folder.path, 'secrets.env');
  writeFileSync(
    file,
    [
      'PAGER_URL=https://hidden.example/1',
      `ACK_KEY=hidden-${'k'.repeat(32)}`,
      `HEARTBEAT_TOKEN=hidden-${'t'.repeat(32)}`,
      'SOMETHING_ELSE=hidden',
    ].join('\n'),
  );
  const { code, out, err } = await set('--file', file);
  expect(code).toBe(0);
  expect(out).toMatch(/^set deliver: version 1$/m);
  expect(out).toMatch(/^still missing: DEADMAN_URL \(watch\), FENCE_TOKEN \(gate\), GATE_KEY \(gate\)/m);
  expect(err).toContain('warning SOMETHING_ELSE: no function reads it; it was left out');
  expect(out + err).not.toContain('hidden');
  expect(payload('ack')).toEqual({ ACK_KEY: `hidden-${'k'.repeat(32)}` });
  const pinned = readFileSync(join(folder.path, 'secrets.auto.tfvars.json'), 'utf8');
  expect(pinned).not.toContain('hidden');
  expect(google.strangers).toEqual([]);
  const listed = await run(['list', folder.path]);
  expect(listed.code).toBe(1);
  expect(listed.out).toMatch(/^ACK_KEY +set +deliver, ack$/m);
  expect(listed.out).toMatch(/^GATE_KEY +missing +gate$/m);
});

test('one through a pipe, and it can be shown again to the house', async () => {
  const args = ['set', folder.path, 'FENCE_TOKEN', '--outputs', folder.outputs];
  const { code, err } = await piped(`${'f'.repeat(30)}\n`, args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(payload('gate')).toEqual({ FENCE_TOKEN: 'f'.repeat(30) });
  const shown = await run(['show', folder.path, 'FENCE_TOKEN', '--outputs', folder.outputs]);
  expect(shown).toEqual({ code: 0, out: `${'f'.repeat(30)}\n`, err: '' });
  const unset = await run(['show', folder.path, 'GATE_KEY', '--outputs', folder.outputs]);
  expect(unset).toMatchObject({ code: 1, out: '' });
});

test('a token is made, is shown only when asked for, and not made again over one that is in use', async () => {
  const made = await set('HEARTBEAT_TOKEN', '--random');
  expect(made.code).toBe(0);
  const { HEARTBEAT_TOKEN: token } = { HEARTBEAT_TOKEN: '', ...Object(payload('heartbeat')) };
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(made.out).not.toContain(token);
  const again = await set('HEARTBEAT_TOKEN', '--random');
  expect(again.code).toBe(1);
  expect(again.err).toMatch(/is set already, .* add --replace/);
  const replaced = await set('HEARTBEAT_TOKEN', '--random', '--replace', '--show');
  expect(replaced.code).toBe(0);
  expect(replaced.out).toMatch(/^[A-Za-z0-9_-]{43}$/m);
});

test('all that nobody else gives out is made at once, and nothing else', async () => {
  const made = await set('--random');
  expect(made.code).toBe(0);
  expect(made.out).toMatch(
    /^still missing: DEADMAN_URL \(watch\), GATE_KEY \(gate\), PAGER_URL \(deliver\)$/m,
  );
  expect(payload('ack')).toEqual(payload('deliver'));
  const again = await set('--random');
  expect(again).toMatchObject({ code: 2, out: '' });
  expect(again.err).toMatch(/every token that could be made is set/);
});

test('what one function has is brought to the other that lacks it, instead of a new one', async () => {
  google.fault(/watchdog-ack:addVersion/, { kind: 'reset' }, 1);
  const first = await set('ACK_KEY', '--random');
  expect(first.code).toBe(1);
  expect(first.out).toMatch(/^not set ack: .*run this again$/m);
  const second = await set('ACK_KEY', '--random');
  expect(second.code).toBe(0);
  expect(payload('ack')).toEqual(payload('deliver'));
});

test('the key of the gate: its public half is said, the other never', async () => {
  const { code, out } = await set('GATE_KEY', '--generate', 'ed25519');
  expect(code).toBe(0);
  expect(out).toMatch(/for gate\.publicKeys in the configuration: [A-Za-z0-9+/]{43}=$/m);
  expect(out).not.toContain('PRIVATE');
  expect(JSON.stringify(payload('gate'))).toContain('BEGIN PRIVATE KEY');
});

test('the public half is said again when the run that made the key was broken off', async () => {
  const { out } = await set('GATE_KEY', '--generate', 'ed25519');
  const [, half = 'none'] = /: ([A-Za-z0-9+/]{43}=)$/m.exec(out) ?? [];
  const again = await set('GATE_KEY', '--generate', 'ed25519');
  expect(again.code).toBe(1);
  expect(again.err).toContain(`its public half, for gate.publicKeys: ${half}`);
  folder.write('secrets.auto.tfvars.json', { secret_versions: {} });
  const unpinned = await set('GATE_KEY', '--generate', 'ed25519');
  expect(unpinned.code).toBe(0);
  expect(unpinned.out).toContain(`for gate.publicKeys in the configuration: ${half}`);
});

test('a function that reads its first secret since the last apply has its place already', async () => {
  const { secrets, ...rest } = outputsOf();
  const { gate, ...others } = secrets;
  folder.write('outputs.json', { watchdog: { value: { ...rest, secrets: others } } });
  const without = await set('FENCE_TOKEN', '--random');
  expect(without).toMatchObject({ code: 1 });
  folder.write('outputs.json', {
    watchdog: { value: { ...rest, secrets: others, places: { gate: { ...gate, version: null } } } },
  });
  const { code, out } = await set('FENCE_TOKEN', '--random');
  expect(code).toBe(0);
  expect(out).toMatch(/^set gate: version 1$/m);
});

test('where nothing was ever set, pull writes no empty file over what may be there', async () => {
  folder.write('secrets.auto.tfvars.json', '{"secret_versions":{"gate":{"version":1,"names":["GATE_KEY"]}}}');
  const { code, err } = await run(['pull', folder.path, '--outputs', folder.outputs]);
  expect(code).toBe(1);
  expect(err).toMatch(/holds no value for any function of this deployment, so nothing was written/);
  expect(readFileSync(join(folder.path, 'secrets.auto.tfvars.json'), 'utf8')).toContain('GATE_KEY');
});

test('from the environment, for a CI', async () => {
  const ended = await run(['set', folder.path, '--from-env', '--outputs', folder.outputs, '--json'], {
    PAGER_URL: 'https://hidden.example',
  });
  expect(ended.code).toBe(0);
  expect(JSON.parse(ended.out)).toMatchObject({
    ok: true,
    brought: [{ function: 'deliver', version: 1, isNew: true, problem: null }],
  });
  expect(ended.out).not.toContain('hidden');
});

test('the file of versions is made anew when it was lost, and what nobody uses is destroyed', async () => {
  await set('PAGER_URL', '--random');
  await set('PAGER_URL', '--random', '--replace');
  unlinkSync(join(folder.path, 'secrets.auto.tfvars.json'));
  const lost = await set('PAGER_URL', '--random', '--replace');
  expect(lost).toMatchObject({ code: 2 });
  expect(lost.err).toContain(`if it was lost: watchdog secrets pull ${folder.path}`);
  const pulled = await run(['pull', folder.path, '--outputs', folder.outputs]);
  expect(pulled.code).toBe(0);
  expect(pulled.out).toMatch(/^pinned deliver: version 2, with PAGER_URL$/m);
  const pruned = await run(['prune', folder.path, '--outputs', folder.outputs]);
  expect(pruned.code).toBe(0);
  // Version 1 is what Terraform has given out.
  expect(pruned.out).toMatch(/^deliver: nothing to destroy, kept 2 and 1$/m);
});

describe('a wrong call says what to do', () => {
  const wrong: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [['NOBODY'], /no function of this deployment reads NOBODY; it needs ACK_KEY, DEADMAN_URL/],
    [['--generate', 'ed25519'], /which secret is to be made\? Name it/],
    [['--random', '--replace'], /which secret is to be made\? Name it/],
    [['ACK_KEY', '--random', '--from-env'], /exclude each other/],
    [['ACK_KEY', '--show'], /--show is for what --random makes/],
    [['--file', '/nowhere/x'], /\/nowhere\/x does not exist/],
    [['--from-env'], /none of these is set in the environment: ACK_KEY/],
    [[], /which secrets\? give --file FILE/],
    [['ACK_KEY'], /nothing came through the pipe for ACK_KEY/],
    [['--generate', 'rsa'], /Allowed choices are ed25519/],
  ];
  test.each(wrong)('set %j', async (args, says) => {
    const { code, out, err } = await set(...args);
    expect(err).toMatch(says);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  test('a value that a function would not take', async () => {
    const { code, err } = await run(
      ['set', folder.path, 'HEARTBEAT_TOKEN', '--from-env', '--outputs', folder.outputs],
      {
        HEARTBEAT_TOKEN: 'hidden',
      },
    );
    expect(code).toBe(2);
    expect(err).toMatch(/HEARTBEAT_TOKEN: has 6 characters, and a token of the house needs 24/);
    expect(err).not.toContain('hidden');
  });

  test('before the first apply', async () => {
    folder.write('outputs.json', {});
    const { code, err } = await set('ACK_KEY', '--random');
    expect(code).toBe(2);
    expect(err).toMatch(/nothing was applied here yet: run terraform apply first/);
  });

  test('before anything was prepared', async () => {
    unlinkSync(join(folder.path, 'deployment.auto.tfvars.json'));
    const { code, err } = await set('ACK_KEY', '--random');
    expect(code).toBe(2);
    expect(err).toMatch(/run `watchdog deploy prepare/);
  });
});

test('Terraform is asked for what it has made, and its complaints are passed on', async () => {
  const bin = join(folder.path, 'terraform');
  writeFileSync(bin, `#!/bin/sh\n[ "$1" = "-chdir=${folder.path}" ] || exit 9\ncat "${folder.outputs}"\n`);
  chmodSync(bin, 0o755);
  const PATH = `${folder.path}:${process.env['PATH'] ?? ''}`;
  const good = await run(['set', folder.path, 'ACK_KEY', '--random'], { PATH });
  expect(good.code).toBe(0);
  writeFileSync(bin, '#!/bin/sh\necho "Error: Backend initialization required" >&2\nexit 1\n');
  const bad = await run(['set', folder.path, 'ACK_KEY', '--random'], { PATH });
  expect(bad.code).toBe(2);
  expect(bad.err).toMatch(/failed: Error: Backend initialization required; run terraform init there/);
});
