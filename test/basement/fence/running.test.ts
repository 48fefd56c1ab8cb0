// What stops a client that runs, what does not, and that nothing of it is left when it is stopped.
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lacksFence } from '../../support/fence-program.ts';
import { fenceWorld, lives, patience, signer, started, until } from './world.ts';

const skip = lacksFence();

describe.skipIf(skip)('a clock that jumps', () => {
  test.each([3_600_000, -3_600_000])(
    'by %i ms stops a client that runs, and it starts again by the new one',
    async (ahead) => {
      const world = await fenceWorld();
      world.gate.allow(4);
      world.write('ahead', '0');
      await world.start({
        program: 'fence-with-clock',
        env: { PRETEND_CLOCK: 'synchronised', PRETEND_AHEAD_FILE: world.at('ahead') },
      });
      const pid = await started(world);
      await world.looks(2);
      expect(lives(pid)).toBe(true);
      world.write('ahead', String(ahead));
      await until(pid);
      expect(await started(world, 2)).not.toBe(pid);
    },
  );
});

describe.skipIf(skip)('a deny', () => {
  test('stops the client with the next look; the same process waits on, and starts it for a newer word only', async () => {
    const world = await fenceWorld();
    world.gate.allow(4);
    const fence = await world.start();
    const pid = await started(world);
    const asked = world.gate.asked.length;
    world.gate.deny(5);
    await until(pid);
    // One question may have been under way already.
    expect(world.gate.asked.length - asked).toBeLessThanOrEqual(2);
    expect(world.events()).toEqual([`start ${pid}`, 'TERM']);
    await fence.says('the client is stopped; it starts again when the gate allows it');
    // The stop comes before the disk.
    await expect.poll(() => world.kept(), patience).toMatchObject({ generation: 5, allowed: 4, denied: 5 });
    world.gate.allow(5);
    await fence.says('which it has denied before');
    await world.looks(1);
    expect(world.starts()).toEqual([pid]);
    world.gate.allow(6);
    expect(await started(world, 2)).not.toBe(pid);
    expect(fence.hasEnded()).toBe(false);
  });

  test('of a lower generation stops it too', async () => {
    const world = await fenceWorld();
    world.gate.allow(4);
    await world.start();
    const pid = await started(world);
    world.gate.deny(2);
    await until(pid);
    await world.looks(1);
    expect(world.kept()).toMatchObject({ generation: 4, denied: 2 });
  });

  test('after which the client is killed from elsewhere: no new fence starts it', async () => {
    const world = await fenceWorld();
    world.gate.allow(4);
    const env = { FENCE_POLL: '15s' };
    const first = await world.start({ env });
    const pid = await started(world);
    world.gate.deny(4);
    process.kill(pid, 'SIGKILL');
    expect(await first.ended).toBe(137);
    const second = await world.start();
    await second.says('denies');
    await world.looks(1);
    expect(world.starts()).toEqual([pid]);
  });

  test('is not outlived by a client that ignores the signal, nor by what it has forked into a session of its own', async () => {
    const world = await fenceWorld();
    world.gate.allow(4);
    const fence = await world.start({ does: ['deaf', 'forks'], env: { FENCE_STOP_GRACE: '1s' } });
    const pid = await started(world);
    const fork = Number(world.read('fork'));
    expect([lives(pid), lives(fork)]).toEqual([true, true]);
    world.gate.deny(5);
    await fence.says('did not stop within 1s: they are killed');
    await until(pid);
    await until(fork);
    await fence.says('the client is stopped');
    expect(fence.hasEnded()).toBe(false);
  });

  test('is carried out with the signal that the client wants', async () => {
    const world = await fenceWorld();
    world.gate.allow(4);
    await world.start({ env: { FENCE_STOP_SIGNAL: 'INT', FENCE_STOP_GRACE: '2s' } });
    const pid = await started(world);
    world.gate.deny(5);
    await until(pid);
    expect(world.events()).toEqual([`start ${pid}`, 'INT']);
  });

  test('stops the client although nobody reads the log any more', async () => {
    const world = await fenceWorld();
    world.gate.allow(4);
    execFileSync('mkfifo', [world.at('log')]);
    const filling = openSync(world.at('log'), constants.O_RDWR | constants.O_NONBLOCK);
    const log = openSync(world.at('log'), constants.O_WRONLY);
    onTestFinished(() => {
      closeSync(filling);
      closeSync(log);
    });
    const fill = (): number => {
      for (let bytes = 0; ; bytes += 1) {
        try {
          writeSync(filling, 'x');
        } catch {
          return bytes;
        }
      }
    };
    expect(fill()).toBeGreaterThan(1000);
    const fence = await world.start({ outputTo: log });
    const pid = await started(world);
    world.gate.deny(5);
    await until(pid);
    await world.looks(1);
    expect(world.kept()).toMatchObject({ denied: 5 });
    fence.kill('SIGTERM');
    expect(await fence.ended).toBe(143);
  });

  test('and a newer allow are carried out although the reader of the log is gone', async () => {
    const world = await fenceWorld();
    world.gate.allow(4);
    execFileSync('mkfifo', [world.at('log')]);
    const reader = openSync(world.at('log'), constants.O_RDONLY | constants.O_NONBLOCK);
    const log = openSync(world.at('log'), constants.O_WRONLY);
    const fence = await world.start({ outputTo: log });
    closeSync(log);
    const pid = await started(world);
    closeSync(reader);
    world.gate.deny(5);
    await until(pid);
    world.gate.allow(6);
    await started(world, 2);
    expect(fence.hasEnded()).toBe(false);
  });

  test('and a fence that is told to end while it stops the client: it ends when the client is gone', async () => {
    const world = await fenceWorld();
    world.gate.allow(4);
    const fence = await world.start({ does: ['deaf'], env: { FENCE_STOP_GRACE: '2s' } });
    const pid = await started(world);
    world.gate.deny(5);
    await fence.says('denies');
    fence.kill('SIGTERM');
    expect(await fence.ended).toBe(143);
    expect(lives(pid)).toBe(false);
    expect(world.kept()).toMatchObject({ denied: 5 });
  });
});

describe.skipIf(skip)('a gate that cannot be reached', () => {
  const env = { FENCE_ISOLATION: '5s' };

  test('the client goes on for longer than the limit while its node sees the chain', async () => {
    const world = await fenceWorld();
    world.gate.allow(4);
    const fence = await world.start({ env });
    const pid = await started(world);
    world.gate.reply(() => ({ status: 503, body: '' }));
    await fence.says('the client goes on, for its node sees the chain');
    const beats = world.beats();
    await world.looks(7);
    expect(lives(pid)).toBe(true);
    expect(world.beats()).toBeGreaterThan(beats);
    world.gate.allow(4);
    await fence.says('all is well again');
    expect(world.starts()).toEqual([pid]);
  });

  test('a node without peers, without a word or with an old head: the client is stopped when that has lasted, and not before', async () => {
    const rows = [
      ['the node has no peers', { peers: 0 }],
      ['the node does not say how it is', { peers: null }],
      ["the node's head is 8", { headAgeMs: 800_000 }],
    ] as const;
    const seen = rows.map(async ([words, says]) => {
      const world = await fenceWorld();
      world.gate.allow(4);
      const fence = await world.start({ env });
      const pid = await started(world);
      world.node.says(says);
      world.gate.reply(() => ({ status: 503, body: '' }));
      const begun = performance.now();
      await fence.says(words);
      await until(pid);
      const tookMs = performance.now() - begun;
      await fence.says('an isolated validator earns nothing');
      await world.looks(1);
      const starts = world.starts().length;
      world.node.says({ peers: 3, headAgeMs: 0 });
      world.gate.allow(4);
      await started(world, 2);
      return { tookMs, starts, hasEnded: fence.hasEnded() };
    });
    for (const { tookMs, ...rest } of await Promise.all(seen)) {
      // The first look that counts may be a poll away, and is never before.
      expect(tookMs).toBeGreaterThan(5000);
      expect(rest).toEqual({ starts: 1, hasEnded: false });
    }
  });

  test('CometBFT is its own node: an old block stops it', async () => {
    const world = await fenceWorld();
    world.gate.allow(4);
    world.write('priv_validator_state.json', '{"height":"1","round":0,"step":3}');
    const fence = await world.start({
      env: {
        ...env,
        FENCE_CHAIN: 'cometbft',
        FENCE_STATE_FILE: world.at('client/priv_validator_state.json'),
      },
    });
    await fence.says('is missing');
    world.write('client/priv_validator_state.json', '{"height":"1","round":0,"step":3}');
    const pid = await started(world);
    world.gate.reply(() => ({ status: 503, body: '' }));
    await fence.says('its node sees the chain');
    world.node.says({ headAgeMs: 70_000 });
    await until(pid);
    await fence.says("the node's head is 7");
    expect(world.starts()).toEqual([pid]);
  });

  test('a lower generation while it runs is no answer', async () => {
    const world = await fenceWorld();
    world.gate.allow(4);
    const fence = await world.start({ env });
    const pid = await started(world);
    world.gate.allow(3);
    await fence.says('the keys database was put back to an older state');
    await world.looks(1);
    expect(lives(pid)).toBe(true);
    world.node.says({ peers: 0 });
    await until(pid);
    expect(world.read(`state/${signer}.json`)).toContain('"generation":4');
  });
});
