// A machine that boots with the fence as a service: after a reboot or a power cut the client runs only when the real gate allows it, and never twice.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lacksFence } from '../support/fence-program.ts';
import { lacks, lacksPrograms, lacksRoot } from '../support/tools.ts';
import { fencedMachine, unit, type FencedMachine } from './nets/fenced-machine.ts';
import { until } from './nets/wait.ts';

const skip =
  lacksRoot() ||
  lacks('machine') ||
  lacksFence() ||
  lacksPrograms('ip', 'ss', 'losetup', 'nsenter', 'unshare');
const limitMs = 60_000;

describe.skipIf(skip)('a machine with a fence', () => {
  let home: FencedMachine;
  let instance = '';
  beforeAll(async () => {
    home = await fencedMachine();
  });
  afterAll(() => home?.close());

  const untilSaid = async (what: RegExp): Promise<string> =>
    until(
      `the fence to say ${String(what)}`,
      async () => {
        const said = await home.said();
        if (what.test(said)) return said;
        throw new Error(said);
      },
      { limitMs },
    );
  let mostAtOnce = 0;
  /** The client that runs and has said so, once it is another than this one. */
  const untilRuns = async (otherThan = 0): Promise<number> =>
    until(
      'a client to run',
      async () => {
        const running = await home.clients();
        mostAtOnce = Math.max(mostAtOnce, running.length);
        const pid = running.find((each) => each !== otherThan);
        return pid !== undefined && (await home.events()).at(-1) === `start ${pid}` ? pid : null;
      },
      { limitMs },
    );
  const starts = async (): Promise<number> =>
    (await home.events()).filter((line) => line.startsWith('start')).length;
  /** The fence goes on asking, and nothing starts: not even for a moment. */
  const staysWithout = async (before: number, asked: () => number): Promise<void> => {
    const first = asked();
    await until('some more questions', async () => (asked() >= first + 4 ? true : null), { limitMs });
    expect([await home.clients(), await starts()]).toEqual([[], before]);
  };

  test('does not start the client while nothing is written of its signer', async () => {
    await home.machine.boot();
    await until(
      'systemd to take orders',
      async () => {
        const { code, text } = await home.machine.attempt('systemctl', 'enable', '--now', unit);
        if (code !== 0) throw new Error(text);
        return true;
      },
      { limitMs },
    );
    await untilSaid(/the gate denies \(generation 0/);
    await staysWithout(0, home.gate.questions);
    expect(await home.state()).toBe('active');
    instance = await home.machine.run(
      'env',
      'FENCE_STATE_DIR=/var/lib/watchdog-fence',
      '/opt/fence/fence',
      'instance',
    );
    expect(instance).toMatch(/^[0-9a-f]{32}$/);
  });

  test('starts it once the flag names this machine, and again after a reboot', async () => {
    await home.gate.init(instance);
    const first = await untilRuns();
    expect(await home.events()).toEqual([`start ${first}`]);
    await home.machine.shutDown();
    await home.machine.boot();
    const second = await untilRuns();
    await untilSaid(/the gate allows generation 1/);
    expect(await home.events()).toEqual([`start ${first}`, `TERM ${first}`, `start ${second}`]);
    console.log(`process ${first} before the reboot, process ${second} after it`);
  });

  test('has exactly one client when the fence was killed, for systemd starts that anew', async () => {
    const [fence, client, before] = [await home.mainPid(), await untilRuns(), await starts()];
    await home.machine.run('kill', '-KILL', String(fence));
    const next = await untilRuns(client);
    const main = await home.mainPid();
    expect([await home.clients(), await starts(), mostAtOnce]).toEqual([[next], before + 1, 1]);
    expect([main > 0, main === fence]).toEqual([true, false]);
    expect(await home.events()).not.toContain(`TERM ${client}`);
    console.log(`fence ${fence} with client ${client} was killed: fence ${main} with client ${next}`);
  });

  test('ends both with `systemctl stop`', async () => {
    const client = await untilRuns();
    await home.machine.run('systemctl', 'stop', unit);
    expect([await home.clients(), await home.mainPid()]).toEqual([[], 0]);
    expect((await home.events()).at(-1)).toBe(`TERM ${client}`);
    const { text } = await home.machine.attempt('pgrep', '--full', '/opt/fence/fence');
    expect(text).toBe('');
    await home.machine.run('systemctl', 'start', unit);
    await untilRuns();
  });

  test('waits when the gate cannot be reached at boot, and starts the client once it answers', async () => {
    const before = await starts();
    await home.machine.shutDown();
    await home.gate.goDown();
    await home.machine.boot();
    const fence = await until('the fence to run', async () => (await home.mainPid()) || null, { limitMs });
    await untilSaid(/no answer of the gate/);
    await staysWithout(before, home.attempts);
    await home.gate.comeBack();
    const client = await untilRuns();
    expect([await home.mainPid(), await starts()]).toEqual([fence, before + 1]);
    console.log(`fence ${fence} waited for the gate and started client ${client}`);
  });

  test('does not start it after a power cut in which the keys were taken away; it does once they are back', async () => {
    const before = await starts();
    await home.machine.cutPower();
    await home.gate.begin();
    await home.machine.boot();
    const said = await untilSaid(/the gate denies/);
    expect(said).toContain('generation 2');
    await staysWithout(before, home.gate.questions);
    expect(await home.state()).toBe('active');
    await home.machine.shutDown();
    await home.machine.boot();
    await untilSaid(/the gate denies/);
    await staysWithout(before, home.gate.questions);
    await home.gate.take(instance);
    const client = await untilRuns();
    await untilSaid(/the gate allows generation 3/);
    expect(await starts()).toBe(before + 1);
    console.log(`denied after a power cut and after a reboot; generation 3 starts client ${client}`);
  });
});
