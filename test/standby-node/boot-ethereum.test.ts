// Where an Ethereum standby begins: only at a finalized block about which two sources agree.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lacksPrograms } from '../support/tools.ts';
import { bootMachine, type BootMachine } from './boot-machine.ts';
import { startStub, type Answer, type Stub } from './stub.ts';

const root = (digit: string): string => `0x${digit.repeat(64)}`;
const genesis = (of = 'a', version = '0x00000000'): Answer => ({
  json: { data: { genesis_validators_root: root(of), genesis_fork_version: version } },
});
const header = (slot: number, of: string): Answer => ({
  json: { data: { root: root(of), header: { message: { slot: String(slot) } } } },
});

describe.skipIf(lacksPrograms('python3'))('the checkpoint of an Ethereum standby', () => {
  let machine: BootMachine;
  let first: Stub;
  let second: Stub;
  beforeEach(async () => {
    machine = bootMachine();
    [first, second] = await Promise.all([startStub(), startStub()]);
    for (const source of [first, second]) {
      source.answers.set('/eth/v1/beacon/genesis', genesis());
      source.answers.set('/eth/v1/beacon/headers/finalized', header(64, '1'));
      source.answers.set('/eth/v1/beacon/headers/64', header(64, '1'));
    }
  });
  afterEach(async () => {
    machine.close();
    await Promise.all([first.close(), second.close()]);
  });

  const settings = (over: Record<string, string> = {}): Record<string, string> => ({
    CHAIN: 'ethereum',
    CHECKPOINT_URL: first.url,
    CHECKPOINT_SECOND_URL: second.url,
    ...over,
  });
  const chain = (over: Record<string, string> = {}, changes: Record<string, unknown> = {}) =>
    machine.run('standby-boot', ['chain'], { settings: settings(over), changes });
  const checkpoint = (): unknown => {
    const path = join(machine.folder, 'run', 'checkpoint.json');
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
  };

  test('is the block about which both agree', async () => {
    expect(await chain()).toMatchObject({ code: 0 });
    expect(checkpoint()).toEqual({
      slot: 64,
      root: root('1'),
      first: new URL(first.url).host,
      second: new URL(second.url).host,
    });
    expect(machine.note()).toBe('the clients start');
  });

  test.each<[string, () => void, number]>([
    [
      'the first is an epoch ahead',
      () => {
        first.answers.set('/eth/v1/beacon/headers/finalized', header(96, '2'));
        second.answers.set('/eth/v1/beacon/headers/96', header(96, '2'));
      },
      96,
    ],
    [
      'the first is ahead, and the second knows nothing but its own',
      () => {
        first.answers.set('/eth/v1/beacon/headers/finalized', header(96, '2'));
      },
      64,
    ],
    [
      'the second knows roots and no headers',
      () => {
        second.answers.delete('/eth/v1/beacon/headers/64');
        second.answers.set('/eth/v1/beacon/blocks/64/root', { json: { data: { root: root('1') } } });
      },
      64,
    ],
  ])('is found when %s', async (_, prepare, slot) => {
    prepare();
    expect(await chain()).toMatchObject({ code: 0 });
    expect(checkpoint()).toMatchObject({ slot });
  });

  test.each<[string, () => void, RegExp]>([
    [
      'they disagree',
      () => second.answers.set('/eth/v1/beacon/headers/64', header(64, '2')),
      /^failed: the checkpoint sources disagree at slot 64: 0x1{16} by 127\S+, 0x2{16} by 127\S+$/,
    ],
    [
      'they disagree about what only the second asks for',
      () => {
        first.answers.set('/eth/v1/beacon/headers/finalized', header(96, '2'));
        first.answers.set('/eth/v1/beacon/headers/64', header(64, '3'));
      },
      /disagree at slot 64: 0x3{16} by \S+, 0x1{16} by/,
    ],
    [
      'they are of different chains',
      () => second.answers.set('/eth/v1/beacon/genesis', genesis('b')),
      /^failed: the checkpoint sources are of different chains/,
    ],
    [
      'their forks differ',
      () => second.answers.set('/eth/v1/beacon/genesis', genesis('a', '0x01000000')),
      /different chains/,
    ],
    [
      'one is silent',
      () => {
        second.answers.clear();
        second.answers.set('*', 'hang');
      },
      /^failed: no checkpoint: \S+ does not answer in time$/,
    ],
    ['one drips', () => first.answers.set('/eth/v1/beacon/genesis', 'drip'), /does not answer in time$/],
    ['one breaks off', () => first.answers.set('/eth/v1/beacon/genesis', 'reset'), /does not answer$/],
    ['one never ends', () => first.answers.set('/eth/v1/beacon/genesis', 'huge'), /answers too much$/],
    [
      'one answers nonsense',
      () => first.answers.set('/eth/v1/beacon/genesis', { status: 200, text: '<html>' }),
      /answers what is not JSON$/,
    ],
    [
      'one answers something else',
      () => first.answers.set('/eth/v1/beacon/headers/finalized', { json: { data: { root: 7 } } }),
      /answers without the slot of its finalized block$/,
    ],
    [
      'one answers about another slot',
      () => second.answers.set('/eth/v1/beacon/headers/64', header(65, '1')),
      /answers with another slot than 64$/,
    ],
    [
      'one refuses',
      () => first.answers.set('/eth/v1/beacon/genesis', { status: 503, text: '' }),
      /answers with status 503$/,
    ],
    [
      'they have no slot in common',
      () => {
        first.answers.set('/eth/v1/beacon/headers/finalized', header(96, '2'));
        first.answers.delete('/eth/v1/beacon/headers/64');
      },
      /know no slot in common$/,
    ],
  ])('is none when %s, and the client is not started', async (_, prepare, words) => {
    prepare();
    const limits = { CALL_SECONDS: 0.7, TRIES: 2 };
    expect(await chain({}, limits)).toMatchObject({ code: 1 });
    expect(machine.note()).toMatch(words);
    expect(checkpoint()).toBeNull();
  });

  test.each([
    ['another chain than configured', { WATCHDOG_GENESIS: root('c') }, 'of another chain than configured'],
    ['a second source that is the first', { CHECKPOINT_SECOND_URL: '' }, 'CHECKPOINT_SECOND_URL is missing'],
    ['an address without TLS', { CHECKPOINT_URL: 'http://checkpoint.example' }, 'is not an https address'],
    [
      'an address with a password',
      { CHECKPOINT_URL: 'https://me:secret@checkpoint.example' },
      'is not an https address',
    ],
    ['no chain', { CHAIN: 'bitcoin' }, 'CHAIN is neither ethereum nor berachain'],
  ])('is not looked for with %s', async (_, over, words) => {
    expect(await chain(over)).toMatchObject({ code: 1 });
    expect(machine.note()).toContain(words);
    expect(machine.note()).not.toContain('secret');
  });

  test('takes two sources, not one twice', async () => {
    expect(await chain({ CHECKPOINT_SECOND_URL: first.url })).toMatchObject({ code: 1 });
    expect(machine.note()).toContain('one alone proves nothing');
  });

  test('is not asked for when the beacon node has a database already', async () => {
    machine.put('consensus/beacon/chain_db/1.ldb', 'x');
    expect(await chain()).toMatchObject({ code: 0 });
    expect(first.asked).toEqual([]);
  });

  describe('is compared with what the node makes of it:', () => {
    let own: Stub;
    const compare = () =>
      machine.run('standby-boot', ['compare'], {
        settings: settings(),
        changes: { BEACON: own.url, CALL_SECONDS: 0.7 },
      });
    beforeEach(async () => {
      own = await startStub();
      machine.program('systemctl', 'exit 0');
      await chain();
      own.answers.set('/eth/v1/beacon/headers/64', header(64, '1'));
    });
    afterEach(() => own.close());

    test('the same is left alone', async () => {
      expect(await compare()).toMatchObject({ code: 0 });
      expect(machine.calls()).toEqual([]);
    });

    test('another is stopped', async () => {
      own.answers.set('/eth/v1/beacon/headers/64', header(64, '9'));
      expect(await compare()).toMatchObject({ code: 1 });
      expect(machine.calls()).toEqual(['systemctl stop lighthouse.service']);
      expect(machine.note()).toMatch(
        /^failed: the beacon node is on another chain: at slot 64 0x9{16}, 0x1{16} by .*; it is stopped$/,
      );
    });

    test('one that only the second source says today as well', async () => {
      second.answers.set('/eth/v1/beacon/headers/finalized', header(96, '2'));
      own.answers.set('/eth/v1/beacon/headers/96', header(96, '8'));
      expect(await compare()).toMatchObject({ code: 1 });
      expect(machine.note()).toContain('at slot 96');
    });

    test('silence proves nothing, of whomever', async () => {
      own.answers.clear();
      own.answers.set('*', 'hang');
      second.answers.set('/eth/v1/beacon/headers/finalized', 'reset');
      const before = machine.note();
      expect(await compare()).toMatchObject({ code: 0 });
      expect(machine.note()).toBe(before);
      expect(machine.calls()).toEqual([]);
    });
  });
});
