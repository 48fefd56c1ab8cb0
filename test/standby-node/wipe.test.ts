// A drill's node takes every identity off its disk before that is kept: only then, only there, and never when keys may be on it.
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lacksPrograms } from '../support/tools.ts';
import { bootMachine, type BootMachine } from './boot-machine.ts';

const chainFiles = {
  'execution/geth/chaindata/1.ldb': 'blocks',
  'consensus/beacon/chain_db/1.ldb': 'states',
  'consensus/data/application.db/1.sst': 'state',
  'execution/db/mdbx.dat': 'reth',
  'consensus/config/genesis.json': '{}',
};
const identities = {
  'execution/geth/nodekey': 'key',
  'execution/geth/nodes/1.ldb': 'peers',
  'execution/discovery-secret': 'key',
  'execution/known-peers.json': 'peers',
  'execution/keystore/UTC--x': 'key',
  'consensus/beacon/network/key': 'key',
  'consensus/beacon/network/enr.dat': 'enr',
  'consensus/config/node_key.json': 'key',
  'consensus/config/addrbook.json': 'peers',
  'consensus/config/priv_validator_key.json': 'key',
  'consensus/data/priv_validator_state.json': 'state',
  'consensus/validators/slashing_protection.sqlite': 'db',
  'jwt/jwt.hex': 'secret',
};

describe.skipIf(lacksPrograms('python3'))('a wipe', () => {
  let machine: BootMachine;
  const report = (state: string, keys: string): void => {
    machine.program('watchdog-agent', `echo '${JSON.stringify({ version: 1, state, keys })}'`);
  };
  beforeEach(() => {
    machine = bootMachine();
    for (const [path, content] of Object.entries({ ...chainFiles, ...identities }))
      machine.put(path, content);
    machine.program('findmnt', 'exit 0');
    machine.program('mount', 'exit 0');
    machine.program('fstrim', 'exit 0');
    machine.program('systemctl', 'case "$1" in show) echo inactive;; esac; exit 0');
    report('synced', 'absent');
  });
  afterEach(() => {
    machine.close();
  });
  const wipe = (settings: Record<string, string> = {}) =>
    machine.run('standby-wipe', [], {
      settings: { WIPE_WHEN_SYNCED: 'yes', CHAIN: 'ethereum', ...settings },
    });
  const mark = (): unknown => {
    const path = join(machine.folder, 'wiped');
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
  };
  const stopped = (): string[] => machine.calls().filter((call) => call.startsWith('systemctl stop'));

  test('comes at the second synced report in a row, takes every identity, and leaves the chain', async () => {
    expect(await wipe()).toMatchObject({ code: 0 });
    expect(stopped()).toEqual([]);
    expect(await wipe()).toMatchObject({ code: 0 });
    expect(machine.files()).toEqual(
      Object.fromEntries(Object.entries(chainFiles).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    );
    expect(stopped()).toEqual(['systemctl stop lighthouse.service', 'systemctl stop geth.service']);
    expect(
      machine
        .calls()
        .filter((call) => call.startsWith('mount'))
        .at(-1),
    ).toContain('remount,ro');
    expect(mark()).toMatchObject({ version: 1, removed: { 'node keys': 3, JWT: 1 }, trimmed: true });
    expect(JSON.stringify(mark())).not.toContain('secret');
    const calls = machine.calls().length;
    expect(await wipe()).toMatchObject({ code: 0 });
    expect(machine.calls().length).toBe(calls);
  });

  test('begins to count anew when the node is not synced in between', async () => {
    await wipe();
    report('syncing', 'absent');
    await wipe();
    report('synced', 'absent');
    await wipe();
    expect(stopped()).toEqual([]);
    await wipe();
    expect(mark()).not.toBeNull();
  });

  test.each(['', 'no', 'YES'])('is of drills only: WIPE_WHEN_SYNCED=%s', async (value) => {
    for (const _ of [1, 2, 3]) expect(await wipe({ WIPE_WHEN_SYNCED: value })).toMatchObject({ code: 1 });
    expect(machine.calls()).toEqual([]);
    expect(mark()).toBeNull();
  });

  test('never comes to a node on which keys were found, not even when it has begun', async () => {
    await wipe();
    report('synced', 'present');
    expect(await wipe()).toMatchObject({ code: 1 });
    expect(machine.note()).toMatch(/^failed: keys were found on this node/);
    expect(Object.keys(machine.files())).toEqual(expect.arrayContaining(Object.keys(identities)));
    expect(stopped()).toEqual([]);
  });

  test('looks for keys again once the clients are stopped', async () => {
    await wipe();
    const seen = join(machine.folder, 'seen');
    machine.program(
      'watchdog-agent',
      `if [ -e ${seen} ]; then echo '{"state":"syncing","keys":"present"}'; else echo x >${seen}; echo '{"state":"synced","keys":"absent"}'; fi`,
    );
    expect(await wipe()).toMatchObject({ code: 1 });
    expect(stopped()).toHaveLength(2);
    expect(machine.note()).toContain('nothing more is wiped');
    expect(Object.keys(machine.files())).toEqual(expect.arrayContaining(Object.keys(identities)));
    expect(mark()).toBeNull();
  });

  test('does not come while it is not known whether keys are there, and says so in the end', async () => {
    report('synced', 'unknown');
    for (let run = 1; run < 10; run += 1) expect(await wipe(), `run ${run}`).toMatchObject({ code: 0 });
    expect(await wipe()).toMatchObject({ code: 1 });
    expect(machine.note()).toMatch(/^failed: .*whether keys are on it is not known/);
    expect(stopped()).toEqual([]);
  });

  test.each<[string, () => void, RegExp]>([
    [
      'a client does not stop',
      () => machine.program('systemctl', 'test "$1" != stop'),
      /^failed: lighthouse\.service cannot be stopped/,
    ],
    [
      'a client still runs',
      () => machine.program('systemctl', 'echo active'),
      /^failed: lighthouse\.service is not stopped: it is active$/,
    ],
    [
      'somebody still writes to the disk',
      () => machine.program('mount', 'case "$*" in *ro*) echo "mount point is busy" >&2; exit 32;; esac'),
      /^failed: the data disk cannot be mounted ro: mount point is busy$/,
    ],
  ])('leaves no mark when %s, and goes on the next time', async (_, prepare, words) => {
    prepare();
    await wipe();
    expect(await wipe()).toMatchObject({ code: 1 });
    expect(machine.note()).toMatch(words);
    expect(mark()).toBeNull();
    machine.program('systemctl', 'case "$1" in show) echo inactive;; esac; exit 0');
    machine.program('mount', 'exit 0');
    report('syncing', 'absent');
    expect(await wipe()).toMatchObject({ code: 0 });
    expect(mark()).not.toBeNull();
  });

  test('follows no link out of the disk', async () => {
    const outside = join(machine.folder, 'nodekey');
    writeFileSync(outside, 'of somebody else');
    symlinkSync(outside, machine.data('execution/nodekey'));
    await wipe();
    expect(await wipe()).toMatchObject({ code: 0 });
    expect(readFileSync(outside, 'utf8')).toBe('of somebody else');
    expect(existsSync(machine.data('execution/nodekey'))).toBe(false);
  });
});
