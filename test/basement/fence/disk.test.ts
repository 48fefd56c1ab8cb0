// The disk of the fence: without what it remembers nothing is started, and a deny that cannot be written down still stops the client.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lacksFence } from '../../support/fence-program.ts';
import { lacksPrograms, lacksRoot } from '../../support/tools.ts';
import { fenceWorld, signer, started, until, type World } from './world.ts';

const skip = lacksFence();

describe.skipIf(skip)('what cannot be read', () => {
  test.each([
    ['half a file', '{"schema":1,"signer":"eth-1"', 'it is cut off'],
    ['an empty file', '', 'it is not a JSON object'],
    ['a newer schema', '{"schema":2}', 'a newer fence wrote it (schema 2): start that one'],
  ])('%s starts nothing, is said, and counts again once it is mended', async (_, text, words) => {
    const world = await fenceWorld();
    world.keep({});
    world.write(`state/${signer}.json`, text);
    world.gate.allow(5);
    const fence = await world.start();
    await fence.says(words);
    await fence.says('no client is started without it');
    expect([world.events(), world.gate.asked]).toEqual([[], []]);
    world.keep({});
    await started(world);
    expect(world.kept()).toMatchObject({ generation: 5 });
  });

  test('a file of another signer or of another machine starts nothing', async () => {
    for (const change of [{ signer: 'eth-2' }, { instance: 'b'.repeat(32) }]) {
      const world = await fenceWorld();
      world.keep(change);
      world.gate.allow(5);
      const fence = await world.start();
      await fence.says('belongs to signer');
      expect([world.events(), world.gate.asked]).toEqual([[], []]);
    }
  });

  test('a broken id of the machine starts nothing, and is never made anew by itself', async () => {
    const world = await fenceWorld();
    mkdirSync(world.state);
    world.write('state/instance', 'x\n');
    world.gate.allow(5);
    const fence = await world.start();
    await fence.says('must be 32 hex digits and is not; remove it to make a new one');
    expect([world.read('state/instance'), world.gate.asked]).toEqual(['x\n', []]);
    rmSync(world.at('state/instance'));
    await started(world);
  });
});

/** A disk of its own for the state: small, and gone with the test. */
async function worldOnDisk(): Promise<World> {
  const world = await fenceWorld();
  mkdirSync(world.state);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', world.state]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', world.state]);
  });
  return world;
}

const remount = (world: World, how: 'ro' | 'rw'): void => {
  execFileSync('mount', ['-o', `remount,${how}`, world.state]);
};

function fill(world: World): void {
  try {
    writeFileSync(world.at('state/filling'), Buffer.alloc(1 << 20));
  } catch {
    // That is the end of the disk.
  }
}

describe.skipIf(skip || lacksRoot() || lacksPrograms('mount', 'umount'))('a disk that takes nothing', () => {
  test('full: an allow starts nothing until there is room', async () => {
    const world = await worldOnDisk();
    await world.command(['instance']);
    fill(world);
    world.gate.allow(5);
    const fence = await world.start();
    await fence.says('what the gate said cannot be written down');
    await world.looks(1);
    expect([world.events(), world.kept()]).toEqual([[], null]);
    rmSync(world.at('state/filling'));
    await started(world);
    expect(world.kept()).toMatchObject({ generation: 5 });
  });

  test('read-only: nothing starts, whether there is an id or not, until it is mended', async () => {
    const world = await worldOnDisk();
    remount(world, 'ro');
    world.gate.allow(5);
    const fence = await world.start();
    await fence.says(/the lock in .* cannot be taken/);
    expect([world.events(), world.gate.asked]).toEqual([[], []]);
    remount(world, 'rw');
    await started(world);
  });

  test('a deny stops the client all the same, and is remembered in memory', async () => {
    const world = await worldOnDisk();
    world.gate.allow(5);
    const fence = await world.start();
    const pid = await started(world);
    fill(world);
    world.gate.deny(6);
    await until(pid);
    await fence.says('what the gate said cannot be written down');
    world.gate.allow(6);
    await fence.says('which it has denied before');
    world.gate.allow(7);
    await world.looks(1);
    expect(world.starts()).toEqual([pid]);
    rmSync(world.at('state/filling'));
    await started(world, 2);
    expect(world.kept()).toMatchObject({ generation: 7, denied: 6 });
  });

  test('a break-glass file that cannot be put away starts nothing', async () => {
    const world = await worldOnDisk();
    world.keep({});
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const file = world.at(`state/${signer}.break-glass`);
    world.write(
      'glass',
      JSON.stringify({ signer, instance: 'a'.repeat(32), generation: 4, bootId, because: 'a test' }),
    );
    // A file with a mount on it can be read, and not renamed.
    writeFileSync(file, '');
    execFileSync('mount', ['--bind', world.at('glass'), file]);
    const fence = await world.start({
      program: 'fence-with-clock',
      env: { PRETEND_CLOCK: 'synchronised' },
    });
    await fence.says('the break-glass file cannot be put away, and no client is started without that');
    await world.looks(0);
    expect(world.events()).toEqual([]);
    execFileSync('umount', [file]);
    writeFileSync(file, readFileSync(world.at('glass')));
    await started(world);
    expect(existsSync(file)).toBe(false);
  });
});
