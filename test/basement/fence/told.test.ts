// What the fence tells: reports, metrics, its commands, and no secret anywhere. What it costs is printed.
import { readFileSync, statSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { authority } from '../../support/certificates.ts';
import { fenceVersion, lacksFence } from '../../support/fence-program.ts';
import { pretendGate, type PretendGate } from './gate.ts';
import { pretendHeartbeat } from './node.ts';
import { fenceWorld, gateToken, patience, reportToken, signer, started, until } from './world.ts';

const skip = lacksFence();

const report = z.strictObject({
  at: z.int(),
  fences: z
    .array(
      z.strictObject({
        signer: z.string(),
        instance: z.string(),
        generation: z.int(),
        running: z.boolean(),
        version: z.string(),
        isolation: z.number(),
        breakGlass: z.boolean(),
      }),
    )
    .length(1),
});

async function reportingWorld(gate?: PretendGate) {
  const world = await fenceWorld(gate === undefined ? {} : { gate });
  const heartbeat = await pretendHeartbeat();
  onTestFinished(heartbeat.close);
  const env = { FENCE_REPORT_URL: heartbeat.url, FENCE_REPORT_TOKEN_FILE: world.at('report-token') };
  const running = (): string[] =>
    heartbeat.told.map(({ body }) => {
      const [fence] = report.parse(body).fences;
      return `${fence?.generation} ${fence?.running === true ? 'runs' : 'waits'}`;
    });
  return { world, heartbeat, env, running };
}

describe.skipIf(skip)('reports', () => {
  test('come at the start, at each change and as the last word', async () => {
    const { world, heartbeat, env, running } = await reportingWorld();
    world.gate.allow(4);
    const before = Math.floor(Date.now() / 1000);
    const fence = await world.start({ env });
    const pid = await started(world);
    await expect.poll(running, patience).toContain('4 runs');
    world.gate.deny(5);
    await until(pid);
    await expect.poll(() => running().at(-1), patience).toBe('5 waits');
    world.gate.allow(6);
    await started(world, 2);
    await expect.poll(() => running().at(-1), patience).toBe('6 runs');
    fence.kill('SIGTERM');
    await fence.ended;
    expect(running().at(-1)).toBe('6 waits');
    const [first] = heartbeat.told;
    expect(first?.headers).toMatchObject({
      authorization: `Bearer ${reportToken}`,
      'content-type': 'application/json',
    });
    const { at, fences } = report.parse(first?.body);
    expect(fences).toEqual([
      {
        signer,
        instance: world.read('state/instance')?.trim(),
        generation: 0,
        running: false,
        version: fenceVersion,
        isolation: 600,
        breakGlass: false,
      },
    ]);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now() / 1000);
  });

  test('that are not taken keep nothing back', async () => {
    const { world, heartbeat, env } = await reportingWorld();
    heartbeat.answer(500);
    world.gate.allow(4);
    const fence = await world.start({ env });
    await started(world);
    await fence.says('the report was not taken: it answers 500; nothing else depends on it');
    heartbeat.answer('never');
    const told = heartbeat.told.length;
    const begun = performance.now();
    fence.kill('SIGTERM');
    expect(await fence.ended).toBe(0);
    await expect.poll(() => heartbeat.told.length, patience).toBeGreaterThan(told);
    // Two seconds for the last word, and the time of a busy machine.
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  test('are not sent by a fence that waits for another one: it would tell of the wrong one', async () => {
    const { world, heartbeat, env, running } = await reportingWorld();
    world.gate.allow(4);
    await world.start({ env });
    await expect.poll(running, patience).toContain('4 runs');
    const told = heartbeat.told.length;
    const second = await world.start({ env });
    await second.says('another fence of eth-1');
    second.kill('SIGTERM');
    await second.ended;
    expect(running().slice(told)).toEqual([]);
  });
});

describe.skipIf(skip)('metrics', () => {
  test('are a file that everybody may read, replaced as a whole', async () => {
    const world = await fenceWorld();
    world.gate.allow(4);
    const file = world.at('fence.prom');
    const fence = await world.start({ env: { FENCE_METRICS_FILE: file, FENCE_ISOLATION: '1m' } });
    const value = (name: string): number | null => {
      const found = new RegExp(`^watchdog_fence_${name}\\{signer="${signer}"\\} (-?\\d+)$`, 'm').exec(
        world.read('fence.prom') ?? '',
      )?.[1];
      return found === undefined ? null : Number(found);
    };
    await started(world);
    await expect.poll(() => value('running'), patience).toBe(1);
    expect((statSync(file).mode & 0o777).toString(8)).toBe('644');
    expect([value('generation'), value('denied_generation'), value('break_glass')]).toEqual([4, -1, 0]);
    expect(value('last_answer_timestamp_seconds')).toBeGreaterThan(Date.now() / 1000 - 60);
    expect(world.read('fence.prom')).toContain(
      `watchdog_fence_info{signer="eth-1",version="${fenceVersion}"} 1`,
    );
    world.node.says({ peers: 0 });
    world.gate.reply(() => ({ status: 503, body: '' }));
    await expect.poll(() => value('isolated_seconds'), patience).toBeGreaterThanOrEqual(1);
    world.gate.deny(5);
    await expect.poll(() => value('running'), patience).toBe(0);
    expect([value('generation'), value('denied_generation'), value('isolated_seconds')]).toEqual([5, 5, 0]);
    fence.kill('SIGTERM');
    await fence.ended;
  });

  test('that cannot be written keep nothing back', async () => {
    const world = await fenceWorld();
    world.gate.allow(4);
    const fence = await world.start({ env: { FENCE_METRICS_FILE: '/nowhere/fence.prom' } });
    await fence.says('the metrics cannot be written');
    expect(await started(world)).toBeGreaterThan(0);
  });
});

describe.skipIf(skip)('commands', () => {
  test('the instance is made once, by whoever asks first', async () => {
    const world = await fenceWorld();
    const first = await world.command(['instance']);
    expect(first).toEqual({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{32}\n$/), stderr: '' });
    expect(await world.command(['instance'])).toEqual(first);
    world.gate.allow(1);
    await world.start();
    await started(world);
    expect(world.gate.asked[0]?.instance).toBe(first.stdout.trim());
  });

  test('status says in words and in JSON what is remembered, and whether a fence runs', async () => {
    const world = await fenceWorld();
    expect((await world.command(['status'])).stdout).toContain('the gate has never answered here');
    world.gate.allow(4, { minHeight: 7 });
    const fence = await world.start();
    await started(world);
    const { stdout } = await world.command(['status']);
    expect(stdout).toContain('generation 4 is the highest');
    expect(stdout).toContain('a fence, or a process that its client left behind, runs now');
    fence.kill('SIGTERM');
    await fence.ended;
    const found: unknown = JSON.parse((await world.command(['status', '--json'])).stdout);
    expect(found).toMatchObject({
      schema: 1,
      signer,
      generation: 4,
      allowed: 4,
      denied: -1,
      minHeight: 7,
      isHeld: false,
      breakGlass: false,
    });
    world.keep({ denied: 4 });
    expect((await world.command(['status'])).stdout).toContain(
      'it was denied: the client starts only when the gate allows generation 5 or more',
    );
    world.write(`state/${signer}.json`, '{');
    expect(await world.command(['status'])).toMatchObject({ code: 1, stdout: '' });
  });

  test('help names every setting; a wrong word is wrong usage', async () => {
    const world = await fenceWorld();
    const { code, stdout } = await world.command(['--help']);
    expect(code).toBe(0);
    const source = readFileSync(new URL('../../../basement/fence/settings.go', import.meta.url), 'utf8');
    const names = new Set(source.match(/\bFENCE_[A-Z_]+\b/g));
    expect(names.size).toBeGreaterThan(15);
    const readme = readFileSync(new URL('../../../basement/fence/README.md', import.meta.url), 'utf8');
    for (const name of names) {
      expect(stdout).toContain(name);
      expect(readme).toContain(name);
    }
    expect((await world.command(['--version'])).stdout).toBe(`fence ${fenceVersion}\n`);
    expect((await world.command(['lighthouse', 'vc'])).code).toBe(2);
    expect((await world.command([])).code).toBe(2);
  });

  test('settings that are wrong are all said at once, and nothing is started', async () => {
    const world = await fenceWorld();
    const { code, stderr } = await world.command(['--', 'true'], {
      FENCE_SIGNER: 'X',
      FENCE_POLL: '1h',
      FENCE_GATE_KEYS: undefined,
    });
    expect(code).toBe(78);
    for (const name of ['FENCE_SIGNER', 'FENCE_POLL', 'FENCE_GATE_KEYS']) expect(stderr).toContain(name);
    expect(world.gate.asked).toEqual([]);
    expect((await world.command(['--'])).code).toBe(78);
  });
});

describe.skipIf(skip)('what it gives away, and what it costs', () => {
  test('no token is ever said, whatever goes wrong', async () => {
    const { world, heartbeat, env } = await reportingWorld();
    heartbeat.answer(401);
    world.gate.reply(({ headers }) => ({ status: 401, body: JSON.stringify(headers) }));
    const fence = await world.start({ env });
    await fence.says('it answers 401');
    await fence.says('the report was not taken');
    world.gate.reply(({ headers }) => ({ body: JSON.stringify(headers) }));
    await fence.says('the body is not an answer');
    world.gate.allow(1);
    await started(world);
    const all = [
      fence.output(),
      world.read('environment'),
      readFileSync(`/proc/${fence.pid}/cmdline`, 'utf8'),
    ];
    for (const token of [gateToken, reportToken]) expect(all.join('\n')).not.toContain(token);
  });

  test('it stays under 20 MB, and adds little to a start', async () => {
    const own = authority();
    const gate = await pretendGate(own.issue({ name: 'gate', hosts: ['127.0.0.1'] }));
    const { world, env } = await reportingWorld(gate);
    world.gate.allow(1);
    world.write('authority.pem', own.cert);
    const begun = performance.now();
    const fence = await world.start({ env: { ...env, FENCE_CA_FILE: world.at('authority.pem') } });
    await started(world);
    const startMs = Math.round(performance.now() - begun);
    await world.looks(3);
    const status = readFileSync(`/proc/${fence.pid}/status`, 'utf8');
    const residentKb = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
    process.stdout.write(`fence: ${residentKb} kB at most, ${startMs} ms to the start of the client\n`);
    expect(residentKb).toBeGreaterThan(0);
    expect(residentKb).toBeLessThan(20_000);
  });
});
