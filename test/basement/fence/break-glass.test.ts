// Break-glass: one start without the gate, for a person who knows why. Nothing else may come of it.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, describe, expect, test } from 'vitest';
import { buildFence, lacksFence } from '../../support/fence-program.ts';
import { lacksPrograms } from '../../support/tools.ts';
import { pretendHeartbeat } from './node.ts';
import { fenceWorld, patience, signer, started, until, type World } from './world.ts';

const skip = lacksFence();
const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const instance = 'a'.repeat(32);
const synchronised = { program: 'fence-with-clock', env: { PRETEND_CLOCK: 'synchronised' } } as const;

function breakGlass(world: World, change: Readonly<Record<string, unknown>> = {}): void {
  const file = { signer, instance, generation: 4, bootId: boot, because: 'the cloud is down', ...change };
  world.write(`state/${signer}.break-glass`, JSON.stringify(file));
}

const files = (world: World): string[] =>
  readdirSync(world.state).filter((name) => name.includes('break-glass'));

describe.skipIf(skip)('a break-glass file', () => {
  test('starts the client once when the gate gives no answer, and is reported', async () => {
    const world = await fenceWorld();
    const heartbeat = await pretendHeartbeat();
    onTestFinished(heartbeat.close);
    world.keep({});
    breakGlass(world);
    const fence = await world.start({
      ...synchronised,
      env: {
        ...synchronised.env,
        FENCE_REPORT_URL: heartbeat.url,
        FENCE_REPORT_TOKEN_FILE: world.at('report-token'),
        FENCE_METRICS_FILE: world.at('metrics.prom'),
      },
    });
    const pid = await started(world);
    expect(fence.output()).toContain('a person has broken the glass: the cloud is down');
    expect(files(world)).toEqual([expect.stringMatching(/^eth-1\.break-glass\.used-\d{8}T\d{6}\.\d{3}Z$/)]);
    await expect
      .poll(() => heartbeat.told.at(-1)?.body, patience)
      .toMatchObject({ fences: [{ running: true, breakGlass: true, generation: 4 }] });
    await expect
      .poll(() => world.read('metrics.prom'), patience)
      .toContain('watchdog_fence_break_glass{signer="eth-1"} 1');
    // Killed, it needs a new word: the file was for one start.
    process.kill(pid, 'SIGKILL');
    expect(await fence.ended).toBe(137);
    const again = await world.start(synchronised);
    await again.says('the client starts when the gate allows it');
    await world.looks(1);
    expect(world.starts()).toEqual([pid]);
  });

  test('is nothing against a deny, also after it had started the client', async () => {
    const world = await fenceWorld();
    world.keep({});
    breakGlass(world);
    const fence = await world.start(synchronised);
    const pid = await started(world);
    world.gate.deny(4);
    await until(pid);
    await fence.says('the client is stopped');
    world.gate.reply(() => ({ status: 503, body: '' }));
    breakGlass(world);
    await fence.says('generation 4 was denied: somebody else may hold the keys');
    await world.looks(1);
    expect(world.starts()).toEqual([pid]);
  });

  test.each([
    ['of another boot', { bootId: '00000000-0000-4000-8000-000000000000' }, {}, 'its bootId is not ours'],
    ['of another machine', { instance: 'b'.repeat(32) }, {}, 'its instance is not ours'],
    ['for another signer', { signer: 'eth-2' }, {}, 'its signer is not ours'],
    ['for an older generation', { generation: 3 }, {}, 'the last that was seen here is 4'],
    ['for a newer generation', { generation: 5 }, {}, 'the last that was seen here is 4'],
    ['for what was never allowed', {}, { allowed: 3 }, 'generation 4 was never allowed here'],
    ['for what was denied', {}, { denied: 4 }, 'generation 4 was denied'],
  ])('%s starts nothing', async (_, change, kept, words) => {
    const world = await fenceWorld();
    world.keep(kept);
    breakGlass(world, change);
    const fence = await world.start(synchronised);
    await fence.says('the break-glass file is not good');
    await fence.says(words);
    await world.looks(0);
    expect(world.events()).toEqual([]);
    expect(files(world)).toEqual([`${signer}.break-glass`]);
  });

  test('starts nothing while the kernel does not take its clock for synchronised', async () => {
    const world = await fenceWorld();
    world.keep({});
    breakGlass(world);
    const fence = await world.start({ ...synchronised, env: { PRETEND_CLOCK: 'free' } });
    await fence.says('the kernel does not take its clock for synchronised');
    await world.looks(0);
    expect(world.events()).toEqual([]);
  });

  test('starts nothing beside an answer, not even beside a lower one that allows', async () => {
    const world = await fenceWorld();
    world.keep({});
    breakGlass(world);
    world.gate.allow(3);
    const fence = await world.start(synchronised);
    await fence.says('the keys database was put back to an older state');
    await world.looks(1);
    expect(world.events()).toEqual([]);
  });
});

/** Runs the command on a terminal, and types a line. */
async function onTerminal(world: World, because: string, typed: string): Promise<string> {
  const line = `${await buildFence('fence')} break-glass --because "${because}"`;
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env: world.environment(),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.endsWith('to go on: ')) child.stdin.write(`${typed}\n`);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  return `${String(code)}: ${said}`;
}

describe.skipIf(skip || lacksPrograms('script'))('fence break-glass', () => {
  test('has a person type the name of the signer, and writes the file that the fence takes', async () => {
    const world = await fenceWorld();
    world.keep({});
    expect(await onTerminal(world, 'a test', 'eth-2')).toMatch(
      /^1: .*that is not eth-1: nothing was written/s,
    );
    expect(files(world)).toEqual([]);
    const said = await onTerminal(world, 'a test', signer);
    expect(said).toMatch(/^0: .*The gate cannot be reached.*Nobody else holds the keys.*Written\./s);
    const written: unknown = JSON.parse(readFileSync(join(world.state, `${signer}.break-glass`), 'utf8'));
    expect(written).toEqual({ signer, instance, generation: 4, bootId: boot, because: 'a test' });
    await world.start(synchronised);
    await started(world);
    expect(files(world)).toEqual([expect.stringContaining('.used-')]);
  });

  test.each([
    ['nothing is remembered', null, 'without an earlier allow no glass can be broken'],
    ['it was denied', { denied: 4 }, 'generation 4 was denied here'],
    ['it was never allowed', { allowed: -1 }, 'generation 4 was never allowed here'],
    ['it cannot be understood', { schema: 9 }, 'cannot be understood'],
  ])('refuses when %s', async (_, kept, words) => {
    const world = await fenceWorld();
    if (kept !== null) world.keep(kept);
    expect(await onTerminal(world, 'a test', signer)).toContain(words);
    expect(world.read(`state/${signer}.break-glass`)).toBeNull();
  });

  test('refuses without a terminal, and without a reason', async () => {
    const world = await fenceWorld();
    world.keep({});
    const silent = await world.command(['break-glass', '--because', 'a test']);
    expect(silent.code).toBe(1);
    expect(silent.stderr).toContain("a person must type the signer's name");
    expect((await world.command(['break-glass'])).code).toBe(2);
    expect((await world.command(['break-glass', '--because', ' '])).code).toBe(2);
    expect(files(world)).toEqual([]);
  });
});
