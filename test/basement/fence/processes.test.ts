// The fence as a parent: exit codes, signals, what is left behind, and one client for a signer on one machine.
import { readFileSync, readlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lacksFence } from '../../support/fence-program.ts';
import { fenceWorld, lives, patience, signer, started, until, type World } from './world.ts';

const skip = lacksFence();

async function allowedWorld(): Promise<World> {
  const world = await fenceWorld();
  world.gate.allow(4);
  return world;
}

describe.skipIf(skip)('the end of the client', () => {
  test.each([
    ['exit-0', 0],
    ['exit-7', 7],
    ['killed', 137],
  ])('%s becomes the exit code %i of the fence', async (does, code) => {
    const world = await allowedWorld();
    const fence = await world.start({ does: [does] });
    expect(await fence.ended).toBe(code);
    expect(world.starts()).toHaveLength(1);
  });

  test('takes with it what the client has forked', async () => {
    const world = await allowedWorld();
    const fence = await world.start({ does: ['forks', 'exit-3'] });
    expect(await fence.ended).toBe(3);
    const fork = Number(world.read('fork'));
    expect(fork).toBeGreaterThan(1);
    expect(lives(fork)).toBe(false);
  });

  test('a program that is not there, or is none', async () => {
    const world = await allowedWorld();
    const missing = await world.start({ command: ['no-such-client', 'vc'] });
    expect(await missing.ended).toBe(127);
    expect(missing.output()).toContain('there is no program "no-such-client" here');
    expect(world.gate.asked).toEqual([]);
    world.write('token.sh', 'not a program');
    const none = await world.start({ command: [world.at('token.sh')] });
    expect(await none.ended).toBe(127);
  });

  test('orphans that end are reaped', async () => {
    const world = await allowedWorld();
    // Each leaves a child behind that ends at once, in the care of the fence.
    const fence = await world.start({
      command: [
        '/bin/sh',
        '-c',
        'for i in 1 2 3 4 5; do (sh -c "exit 0" &); done; echo done; exec sleep 1000',
      ],
    });
    await fence.says('done');
    const children = (): string[] =>
      readFileSync(`/proc/${fence.pid}/task/${fence.pid}/children`, 'utf8').trim().split(/\s+/);
    await expect.poll(() => children().length, patience).toBe(1);
    await world.looks(1);
    expect(children().map(Number).map(lives)).toEqual([true]);
  });
});

describe.skipIf(skip)('signals', () => {
  test('are passed on to the client, and TERM ends both with the code of the client', async () => {
    const world = await allowedWorld();
    const fence = await world.start();
    const pid = await started(world);
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const) {
      fence.kill(signal);
      await expect.poll(() => world.events(), patience).toContain(signal.slice(3));
    }
    expect(lives(pid)).toBe(true);
    fence.kill('SIGTERM');
    expect(await fence.ended).toBe(0);
    expect(lives(pid)).toBe(false);
  });

  test('others than TERM and INT do nothing to a fence that waits', async () => {
    const world = await fenceWorld();
    world.gate.deny(1);
    const fence = await world.start();
    await fence.says('denies');
    for (const signal of ['SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGPIPE'] as const) {
      fence.kill(signal);
    }
    await world.looks(2);
    expect(fence.hasEnded()).toBe(false);
  });
});

describe.skipIf(skip)('one client for a signer', () => {
  test('a fence that is killed takes the client with it; what it forked holds the lock, and the next fence waits', async () => {
    const world = await allowedWorld();
    const first = await world.start({ does: ['forks'] });
    const pid = await started(world);
    const fork = Number(world.read('fork'));
    expect(readlinkSync(`/proc/${fork}/fd/3`)).toBe(world.at(`state/${signer}.lock`));
    first.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');
    await until(pid);
    expect(lives(fork)).toBe(true);
    const asked = world.gate.asked.length;
    const second = await world.start();
    await second.says('or a process that its client left behind, still runs on this machine');
    expect(world.gate.asked.length).toBe(asked);
    process.kill(fork, 'SIGKILL');
    await started(world, 2);
    expect(lives(fork)).toBe(false);
  });

  test('a second fence waits, without a word to the gate, until the first and its client are gone', async () => {
    const world = await allowedWorld();
    const first = await world.start({ env: { FENCE_POLL: '15s' } });
    const pid = await started(world);
    const second = await world.start();
    await second.says('another fence of eth-1');
    expect([world.gate.asked.length, lives(pid)]).toEqual([1, true]);
    first.kill('SIGTERM');
    await first.ended;
    expect(await started(world, 2)).not.toBe(pid);
    expect(lives(pid)).toBe(false);
  });

  test('a fence that waits for the lock ends when it is told to', async () => {
    const world = await allowedWorld();
    await world.start();
    await started(world);
    const second = await world.start();
    await second.says('another fence of eth-1');
    second.kill('SIGTERM');
    expect(await second.ended).toBe(143);
  });

  test('two signers on one machine have one instance, and their own everything else', async () => {
    const world = await allowedWorld();
    await world.start();
    await started(world);
    await world.start({ env: { FENCE_SIGNER: 'eth-2' } });
    await started(world, 2);
    const instances = new Set(world.gate.asked.map(({ instance }) => instance));
    expect(instances.size).toBe(1);
    expect(world.read('state/eth-2.json')).toContain('"signer":"eth-2"');
  });
});
