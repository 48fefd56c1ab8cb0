// Key material on a standby is found in every form that clients know; `absent` is said only by a look that saw everything.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lacksPrograms } from '../support/tools.ts';
import { beaconSays, cometSays, executionSays, startMachine, type Machine, type Run } from './machine.ts';

const skip = lacksPrograms('python3');
let machine: Machine;
afterEach(async () => {
  await machine.close();
});

const secret = 'c0ffee'.repeat(10);
const pubkey = 'a9'.repeat(48);
const keystore = JSON.stringify({
  crypto: { kdf: {}, checksum: {}, cipher: { message: secret } },
  description: '',
  pubkey,
  path: 'm/12381/3600/0/0/0',
  uuid: '',
  version: 4,
});
const web3 = JSON.stringify({ address: '11'.repeat(20), Crypto: { ciphertext: secret }, id: '', version: 3 });

describe.skipIf(skip)('Ethereum', () => {
  beforeEach(async () => {
    machine = await startMachine('ethereum');
    executionSays(machine.execution);
    beaconSays(machine.consensus);
  });

  const forms: readonly (readonly [string, string])[] = [
    ['validators/keystore-m_12381_3600_0_0_0-1700000000.json', keystore],
    ['geth/KEYSTORE.JSON', ''],
    [`lighthouse/validators/0x${pubkey}/voting-keystore.json`, keystore],
    ['prysm/direct/accounts/all-accounts.keystore.json', '{}'],
    [`teku/keys/${pubkey}.json`, keystore],
    ['a/b/c/d/e/innocent.json', keystore],
    ['several.json', `[1, ${keystore}]`],
    ['cut.json', keystore.slice(0, 60)],
    ['geth/keystore/UTC--2026-01-01T00-00-00Z--1111', web3],
    ['account.json', web3],
    [`secrets/0x${pubkey}`, 'password'],
    [`secrets/0x${pubkey.toUpperCase()}`, 'password'],
    ['validator_keys/anything', 'x'],
    ['validator_keys/below/deposit_data-1.json', '[]'],
    ['mnemonic.txt', 'abandon'],
    ['my-mnemonic', 'abandon'],
    ['seed_phrase.txt', 'abandon'],
    ['web3signer/0xabc.yaml', 'type: "file-raw"\nkeyType: "BLS"\nprivateKey: "0x01"\n'],
    ['web3signer/0xabc.yml', '"type": "file-keystore"\n"keystoreFile": "x"\n'],
    ['beacond/config/priv_validator_key.json', '{}'],
  ];
  test.each(forms)('%s is present', async (path, content) => {
    machine.put(path, content);
    const { raw, errors, report } = await machine.run();
    expect(report).toMatchObject({ keys: 'present', state: 'synced' });
    expect(errors).toMatch(/^key material: \S/);
    // Neither what is in the file nor where it is leaves the machine.
    expect(raw).not.toContain('look');
    expect(`${raw} ${errors} ${readFileSync(machine.stateFile, 'utf8')}`).not.toContain(secret);
  });

  const innocent: readonly (readonly [string, string])[] = [
    ['geth/jwt.hex', '0x00'],
    ['geth/nodekey', '0011'],
    ['lighthouse/beacon/network/key', 'x'],
    ['package.json', '{"name":"crypto","version":"1"}'],
    ['spec.json', '{"crypto":{}}'],
    ['app.yaml', 'key: private\n'],
    ['mnemonics.py', ''],
    ['big.json', `"crypto"${'x'.repeat(40_000)}`],
    ['reseeder.txt', ''],
  ];
  test('what every node has is absent', async () => {
    for (const [path, content] of innocent) machine.put(path, content);
    mkdirSync(join(machine.folder, 'look', 'validator_keys'));
    mkdirSync(join(machine.folder, 'look', 'geth', 'keystore'));
    const { errors, report } = await machine.run();
    expect({ errors, keys: report.keys }).toEqual({ errors: '', keys: 'absent' });
  });

  test('the usual places are looked through as well, and one that is not there has nothing in it', async () => {
    const place = machine.put('../home/somebody/keystore-1.json', keystore);
    const settings = { WATCHDOG_PLACES: `/none/at/all:${join(machine.folder, 'home')}` };
    expect((await machine.run({ settings })).report.keys).toBe('present');
    rmSync(place);
    expect((await machine.run({ settings })).report.keys).toBe('absent');
  });

  test('what lies behind a link is found, and links in a circle end', async () => {
    symlinkSync('..', join(machine.folder, 'look', 'up'));
    symlinkSync('/none/at/all', join(machine.folder, 'look', 'nowhere'));
    expect((await machine.run()).report.keys).toBe('absent');
    machine.put('../elsewhere/innocent.json', keystore);
    expect((await machine.run()).report.keys).toBe('present');
    rmSync(join(machine.folder, 'look', 'up'));
    symlinkSync('../elsewhere', join(machine.folder, 'look', 'there'));
    expect((await machine.run()).report.keys).toBe('present');
  });

  const unsure: readonly (readonly [string, Run, (on: Machine) => void])[] = [
    ['a named directory is not there', { settings: { WATCHDOG_LOOK: '/none/at/all' } }, () => undefined],
    ['a directory cannot be read', { replace: { unreadable: true } }, () => undefined],
    [
      'there are too many files',
      { replace: { MOST_ENTRIES: 2 } },
      (on) => [1, 2, 3].forEach((n) => on.put(`${n}`, '')),
    ],
    [
      'there is too little time',
      { replace: { WALK_SECONDS: 0 } },
      (on) => Array.from({ length: 300 }, (_, n) => on.put(`d/${n}`, '')),
    ],
    [
      'there is too much to read',
      { replace: { MOST_OPENED: 1 } },
      (on) => [1, 2].forEach((n) => on.put(`${n}.json`, '{}')),
    ],
    ['a validator client was here', {}, (on) => on.put('validators/slashing_protection.sqlite', '')],
    [
      'it has definitions of validators',
      {},
      (on) => on.put('validators/validator_definitions.yml', '---\n[]'),
    ],
  ];
  test.each(unsure)('when %s it is unknown', async (_, run, prepare) => {
    prepare(machine);
    const { errors, report } = await machine.run(run);
    expect(report).toMatchObject({ keys: 'unknown', state: 'synced' });
    expect(errors).toMatch(/^not sure: \S/);
  });

  test('a pipe that nobody writes to holds nothing up', async () => {
    const path = join(machine.folder, 'look', 'pipe.json');
    const { execFileSync } = await import('node:child_process');
    execFileSync('mkfifo', [path]);
    expect((await machine.run()).report.keys).toBe('absent');
  });

  test('keys are looked for whatever the clients do, and without any settings of the clients', async () => {
    machine.put('keystore-1.json', keystore);
    const settings = { WATCHDOG_CHAIN: '', WATCHDOG_EXECUTION: 'file:///etc/passwd' };
    expect((await machine.run({ settings })).report).toMatchObject({ keys: 'present', state: 'failing' });
  });
});

describe.skipIf(skip)('the key that a CometBFT node makes itself', () => {
  type Key = { readonly address: string; readonly text: string };
  const makeKey = (bytes: number): Key => {
    const value = randomBytes(bytes);
    const address = createHash('sha256').update(value).digest('hex').slice(0, 40).toUpperCase();
    const pub = { type: 'cometbft/PubKeyBls12_381', value: value.toString('base64') };
    const text = JSON.stringify({ address, pub_key: pub, priv_key: { type: 'x', value: secret } });
    return { address, text };
  };
  const own = makeKey(96);
  const path = 'beacond/config/priv_validator_key.json';
  const state = 'beacond/data/priv_validator_state.json';
  const never = '{"height":"0","round":0,"step":0}';
  const running = ({ address }: Key, power = '0'): void => {
    cometSays(machine.consensus, { validator: { address, power } });
  };
  beforeEach(async () => {
    machine = await startMachine('berachain');
    executionSays(machine.execution);
    running(own);
    machine.put(path, own.text);
    machine.put(state, never);
  });
  const keys = async (run: Run = {}): Promise<string> => (await machine.run(run)).report.keys;

  test('is no key material once the node has said that it runs with it and has no vote', async () => {
    machine.consensus.answers.delete('/status');
    expect(await keys()).toBe('unknown');
    running(own);
    expect(await keys()).toBe('absent');
    machine.consensus.answers.delete('/status');
    expect(await keys()).toBe('absent');
    expect(readFileSync(machine.stateFile, 'utf8')).not.toContain(secret);
  });

  test('another one in its place is foreign, also when the node runs with it', async () => {
    await keys();
    const foreign = makeKey(32);
    machine.put(path, foreign.text);
    running(foreign);
    expect(await keys()).toBe('present');
  });

  test('another one beside it is foreign, and copies of its own are not', async () => {
    machine.put('copy/priv_validator_key.json', own.text);
    expect(await keys()).toBe('absent');
    machine.put('other/priv_validator_key.json', makeKey(96).text);
    expect(await keys()).toBe('present');
  });

  test('one whose address is watched is foreign from the first look', async () => {
    const settings = { WATCHDOG_ADDRESSES: `${'00'.repeat(20)}, ${own.address.toLowerCase()}` };
    expect(await keys({ settings })).toBe('present');
  });

  test.each(['{"height":"812","round":0,"step":3}', '{}', '[]'])(
    'one that has signed (%s) is foreign or not known',
    async (content) => {
      machine.put(state, content);
      expect(['present', 'unknown']).toContain(await keys());
      expect(readFileSync(machine.stateFile, 'utf8')).toContain('"own":null');
    },
  );

  test('one that has a vote is foreign, wherever its file is', async () => {
    rmSync(join(machine.folder, 'look', path));
    expect(await keys()).toBe('absent');
    running(own, '10');
    expect(await keys()).toBe('present');
  });

  test.each(['', '{', '[]', '{"pub_key":{"value":"no base64!"}}', '{"pub_key":7}'])(
    'one that cannot be read (%s) is unknown',
    async (content) => {
      await keys();
      writeFileSync(join(machine.folder, 'look', path), content);
      expect(await keys()).toBe('unknown');
    },
  );
});
