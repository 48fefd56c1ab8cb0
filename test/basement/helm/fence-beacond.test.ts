// The fence with the very command line, arguments and environment that berachain-node gives it, and the real gate: beacond runs where the flag says and above the floor, and a node
// runs without any of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startGate, type Gate } from '../../live/nets/gate.ts';
import { lacksFence } from '../../support/fence-program.ts';
import { lacks } from '../../support/tools.ts';
import { patience } from '../fence/world.ts';
import { containerIn, machine, render, type Container, type Machine } from './container.ts';

const state = (height: number): string => JSON.stringify({ height: String(height), round: 0, step: 3 });
const node = { network: 'mainnet', jwt: { existingSecret: 'jwt' } };

describe.skipIf(lacks('helm') || lacksFence())('the validator of berachain-node', () => {
  type World = {
    readonly gate: Gate;
    readonly container: Container;
    /** Waits until the gate was asked twice more, the first of which may have been on its way. */
    readonly asked: () => Promise<void>;
  };

  const world = async (): Promise<World> => {
    const folder = mkdtempSync(join(tmpdir(), 'watchdog-charts-'));
    const gate = await startGate({ folder, chain: 'cometbft', keys: ['A'.repeat(40)] });
    onTestFinished(async () => {
      await gate.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const documents = await render('berachain-node', {
      ...node,
      validator: {
        enabled: true,
        feeRecipient: `0x${'11'.repeat(20)}`,
        keys: { existingSecret: 'key' },
        fence: {
          signer: gate.signer,
          gate: { url: gate.url, publicKeys: [gate.key], existingSecret: 'fence' },
          state: { storageClass: 'local-path' },
          poll: '1s',
          metricsPort: 0,
        },
      },
    });
    return {
      gate,
      container: containerIn(documents, '-validator', 'beacond'),
      asked: async () => {
        const before = gate.questions();
        await expect.poll(() => gate.questions(), patience).toBeGreaterThan(before + 1);
      },
    };
  };

  const house = ({ gate }: World): Machine => {
    const made = machine();
    made.write('/etc/fence/token', `${gate.token}\n`);
    return made;
  };

  test('runs where the flag says, with what the chart says, until the keys go', async () => {
    const all = await world();
    const { gate, container, asked } = all;
    const mini1 = house(all);
    mini1.write('/signing/priv_validator_state.json', state(1000));
    const running = await mini1.start(container, 'beacond');
    await running.says('the gate denies');
    await asked();
    expect(mini1.events()).toEqual([]);

    await gate.init(await mini1.exec(container, ['/fence/fence', 'instance']));
    await expect.poll(mini1.events, patience).toEqual(['start']);
    expect(mini1.read('/bin/arguments')).toBe(`start\n--home=${mini1.at('/data')}/beacond\n`);
    expect(mini1.read('/bin/environment')).not.toContain('FENCE_');
    expect(mini1.read('/bin/environment')).not.toContain(gate.token);

    const mini2 = house(all);
    mini2.write('/signing/priv_validator_state.json', state(1000));
    const other = await mini2.start(container, 'beacond');
    await other.says('the gate denies');
    expect(mini2.events()).toEqual([]);

    await gate.begin();
    await expect.poll(mini1.events, patience).toEqual(['start', 'TERM']);
    await asked();
    expect(mini1.events()).toHaveLength(2);
  });

  test('runs neither without what was signed, nor below the floor', async () => {
    const all = await world();
    const { gate, container, asked } = all;
    const mini1 = house(all);
    const instance = await mini1.exec(container, ['/fence/fence', 'instance']);
    await gate.init(instance);
    const running = await mini1.start(container, 'beacond');
    await running.says('priv_validator_state.json is missing');
    expect(mini1.events()).toEqual([]);

    await gate.begin();
    await gate.take(instance, 5000);
    mini1.write('/signing/priv_validator_state.json', state(4999));
    await running.says('must not sign below 5000');
    await asked();
    expect(mini1.events()).toEqual([]);
    mini1.write('/signing/priv_validator_state.json', state(5000));
    await expect.poll(mini1.events, patience).toEqual(['start']);
  });

  test('of a node there is no fence, and beacond knows nothing of one', async () => {
    const { command, args, env } = containerIn(await render('berachain-node', node), '-beacond', 'beacond');
    expect([...command, ...args]).toEqual(['beacond', 'start', '--home=/data/beacond']);
    expect(env).toEqual([{ name: 'HOME', value: '/tmp' }]);
  });
});
