// `watchdog handover` as a person types it: the flag on an emulator, wrong names, no terminal, plans, and what is printed for scripts.
import { indexes } from '../../functions/stores/indexes.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FirestoreEmulator, startFirestore } from '../../local/firestore/server.ts';
import { type Ended, folder, watchdog } from './command.ts';

let emulator: FirestoreEmulator;
const home = folder();
const config = join(home.path, 'watchdog.yaml');
const publicKeyOf = (place: number): string => `0x${String(10 + place).repeat(48)}`;
const publicKey = publicKeyOf(0);

beforeAll(async () => {
  emulator = await startFirestore({ indexes });
  writeFileSync(
    config,
    JSON.stringify({
      timezone: 'Europe/Berlin',
      channels: [{ id: 'out', channel: 'console' }],
      sites: [
        {
          id: 'home',
          targets: [
            { id: 'p2p', probe: 'tcp', address: 'home.example:30303' },
            ...['orchard', 'harbour'].map((operator) => ({
              id: operator,
              probe: 'beacon',
              url: `http://${operator}.example:5052`,
              role: 'chain',
              chain: 'ethereum',
              operator,
            })),
          ],
          signers: ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'].map((id, place) => ({
            id,
            chain: 'ethereum',
            keys: [publicKeyOf(place)],
          })),
        },
      ],
    }),
  );
});
afterAll(async () => {
  await emulator.close();
  home.remove();
});

const handover = (...args: string[]): Promise<Ended> =>
  watchdog(['handover', ...args], { env: { FIRESTORE_EMULATOR_HOST: emulator.host, USER: 'maria' } });
const on = (name: string, signer: string, ...args: string[]): Promise<Ended> =>
  handover(name, signer, '--config', config, ...args);

describe('the flag', () => {
  test('is begun, taken from everybody, given back and remembered', async () => {
    const init = await on('init', 'one', '--backup', 'tested', '--yes', 'one');
    expect(init).toMatchObject({ code: 0, err: '' });
    expect(init.out).toContain('basement/home holds the keys of one since');
    expect(init.out).toContain('backup of the keys off the site: tested (maria,');
    const begin = await on('begin', 'one', '--why', 'the cellar is wet', '--yes', 'one');
    expect(begin.code).toBe(0);
    expect(begin.out).toContain('Do you have to?');
    expect(begin.out).toContain('NOBODY holds the keys of one since');
    expect(begin.out).toMatch(
      /not before \d{4}-\d\d-\d\d \d\d:\d\d:\d\d Europe\/Berlin \(\d\d:\d\d:\d\d UTC\)/,
    );
    expect(begin.out).toContain('next: watchdog handover status one --watch');
    const abort = await on('abort', 'one', '--why', 'it was a false alarm', '--yes', 'one', '--by', 'Tom');
    expect(abort.out).toContain('basement/home holds the keys of one since');
    const history = await on('history', 'one', '--json');
    expect(JSON.parse(history.out)).toMatchObject({
      signer: 'one',
      history: [
        { generation: 3, by: 'Tom', holder: { kind: 'basement', site: 'home' } },
        { generation: 2, by: 'maria', reason: 'the cellar is wet', holder: { kind: 'none' } },
        { generation: 1, publicKeys: [publicKey], backup: { isTested: true } },
      ],
    });
  });

  test('is not written when the name is another one, or nobody can type it', async () => {
    const wrong = await on('init', 'two', '--backup', 'none', '--yes', 'three');
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('nothing was written') });
    const nobody = await on('init', 'two', '--backup', 'none');
    expect(nobody).toMatchObject({ code: 2, err: expect.stringContaining('--yes two') });
    const unasked = await on('init', 'two', '--yes', 'two');
    expect(unasked).toMatchObject({ code: 2, err: expect.stringContaining('--backup tested') });
    expect(JSON.parse((await on('history', 'two', '--json')).out)).toMatchObject({ history: [] });
  });

  test('is planned without being written', async () => {
    const plan = await on('init', 'three', '--backup', 'none', '--plan');
    expect(plan.code).toBe(0);
    expect(plan.out).toContain('nothing is written, for this is the plan');
    expect((await on('history', 'three')).out).toContain('nothing was ever written of three');
  });

  test('that is not there, or held already, is told with what to do', async () => {
    const begin = await on('begin', 'four', '--why', 'x', '--yes', 'four');
    expect(begin).toMatchObject({ code: 3, err: expect.stringContaining('watchdog handover init four') });
    await on('init', 'four', '--backup', 'none', '--yes', 'four');
    const again = await on('init', 'four', '--backup', 'none', '--yes', 'four');
    expect(again).toMatchObject({
      code: 3,
      err: expect.stringContaining('basement/home holds the keys of four already'),
    });
    const abort = await on('abort', 'four', '--why', 'x', '--yes', 'four');
    expect(abort).toMatchObject({ code: 3, err: expect.stringContaining('nothing to abort') });
  });

  test('names the machine of the house once, without asking for a backup again', async () => {
    await on('init', 'eight', '--backup', 'none', '--yes', 'eight');
    const named = await on('init', 'eight', '--instance', 'ab12', '--yes', 'eight', '--json');
    expect(named.code).toBe(0);
    expect(JSON.parse(named.out)).toMatchObject({
      flag: { flag: { instance: 'ab12', generation: 2, backup: { isTested: false } } },
    });
    const other = await on('init', 'eight', '--instance', 'cd34', '--yes', 'eight');
    expect(other.code).toBe(3);
    expect(other.err).toContain('another machine of this house');
    const wrong = await on('init', 'eight', '--instance', 'a/b', '--yes', 'eight');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('fence instance');
  });

  test('of all signers is taken from everybody after a restore, above every generation', async () => {
    await on('init', 'five', '--backup', 'none', '--yes', 'five');
    const restored = await on('restored', 'five', '--yes', 'five');
    expect(restored.code).toBe(0);
    expect(restored.out).toContain('NOBODY holds the keys of five');
    expect(restored.out).toContain('generation 1001');
    const all = await handover('restored', '--config', config, '--yes', 'all');
    // Six and seven have no flag: that is told, and nothing is made up for them.
    expect(all.code).toBe(3);
    expect(all.out).toContain('generation 2001');
    expect(all.err).toContain('watchdog handover init seven --lost');
  });

  test('after a loss is begun with nobody, above every generation that ever was', async () => {
    const lost = await on('init', 'six', '--lost', '--backup', 'none', '--yes', 'six', '--json');
    expect(lost.code).toBe(0);
    expect(lost.out).toContain('"kind": "none"');
    const generation = Number(/"generation": (\d+)/.exec(lost.out)?.[1]);
    expect(generation).toBeGreaterThan(1_700_000_000);
  });

  test('of a database that does not answer is not known, and said to be so', async () => {
    const { code, err } = await watchdog(
      ['handover', 'begin', 'one', '--why', 'x', '--yes', 'one', '--config', config],
      { env: { FIRESTORE_EMULATOR_HOST: '127.0.0.1:9', USER: 'maria' } },
    );
    // It gives up by itself, and does not keep the terminal.
    expect(code).toBe(1);
    expect(err).toContain('the keys database cannot be read');
  });
});

describe('calls that are wrong', () => {
  test.each([
    [['status', 'nobody'], 'there is no signer nobody in the configuration; there is: one, two'],
    [['begin', 'one'], "required option '--why <text>' not specified"],
    [['take', 'one', '--fenced', 'burned'], 'Allowed choices are powered-off, wiped, cut'],
    [['take', 'one', '--fenced', 'powered-off', '--fee-recipient', '0x12'], '--fee-recipient 0x'],
  ])('%j end with 2 and say what is right', async ([name = '', ...args], words) => {
    const ended = await handover(name, ...args, '--config', config);
    expect(ended.code).toBe(2);
    expect(ended.err).toContain(words);
  });

  test('a configuration that is not there is named', async () => {
    const { code, err } = await handover('status', 'one', '--config', '/nowhere/watchdog.yaml');
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('/nowhere/watchdog.yaml') });
  });
});

describe('compare', () => {
  const file = (name: string, target: number): string => {
    const path = join(home.path, name);
    const attestation = { source_epoch: String(target - 1), target_epoch: String(target) };
    writeFileSync(
      path,
      JSON.stringify({
        metadata: { interchange_format_version: '5', genesis_validators_root: `0x${'ab'.repeat(32)}` },
        data: [{ pubkey: publicKey, signed_blocks: [{ slot: '99' }], signed_attestations: [attestation] }],
      }),
    );
    return path;
  };
  test('says key by key whether a client is protected, and ends accordingly', async () => {
    const floor = file('floor.json', 10);
    const good = await handover('compare', file('good.json', 12), floor);
    expect(good).toMatchObject({ code: 0, out: expect.stringContaining('every key is protected') });
    const bad = await handover('compare', file('bad.json', 9), floor);
    expect(bad).toMatchObject({
      code: 1,
      out: expect.stringContaining('NOT PROTECTED: do not start this client'),
    });
    writeFileSync(join(home.path, 'keystore.json'), '{"crypto":{"secret":"hunter2"}}');
    const key = await handover('compare', join(home.path, 'keystore.json'), floor);
    expect(key).toMatchObject({ code: 2, err: expect.stringContaining('KEY FILE') });
    expect(key.out + key.err).not.toContain('hunter2');
  });
});
