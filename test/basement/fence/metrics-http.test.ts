// The fence's metrics over HTTP: what a Prometheus gets, that nobody who asks can disturb the fence, and that the client has nothing of it.
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lacksFence } from '../../support/fence-program.ts';
import { closedPort, listen } from '../../support/server.ts';
import { fenceWorld, gateToken, patience, signer, started, until, type World } from './world.ts';

type Got = {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly allow: string | undefined;
  readonly body: string;
};

async function ask(port: number, path: string, method = 'GET'): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>();
  const asked = request({ host: '127.0.0.1', port, path, method, agent: false }, (response) => {
    const { statusCode, headers } = response;
    text(response).then(
      (body) => resolve({ status: statusCode, type: headers['content-type'], allow: headers.allow, body }),
      reject,
    );
  });
  asked.on('error', reject).end();
  return promise;
}

/** The metrics of this signer by their names. */
async function metrics(port: number): Promise<Readonly<Record<string, number>>> {
  const { body } = await ask(port, '/metrics');
  const lines = [...body.matchAll(/^watchdog_fence_([a-z_]+)\{signer="eth-1"[^}]*\} (-?\d+)$/gm)];
  return Object.fromEntries(lines.map(([, name = '', value]) => [name, Number(value)]));
}

async function listening(): Promise<{ readonly world: World; readonly port: number; readonly env: Env }> {
  const world = await fenceWorld();
  const port = await closedPort(createServer());
  return { world, port, env: { FENCE_METRICS_LISTEN: `127.0.0.1:${port}` } };
}
type Env = Readonly<Record<string, string>>;

/** The inode of the socket that listens on this port, as /proc names it. */
function inodeOf(port: number): string {
  const place = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const line = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((each) => each.trim().split(/\s+/))
    .find(([, local = '', , state]) => local.endsWith(place) && state === '0A');
  return line?.[9] ?? 'nobody listens';
}

const files = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));

describe.skipIf(lacksFence())('metrics over HTTP', () => {
  test('say whether the client runs, and whether the gate allows or denies, as it changes', async () => {
    const { world, port, env } = await listening();
    world.gate.reply(() => ({ status: 503, body: '' }));
    const fence = await world.start({ env: { ...env, FENCE_METRICS_FILE: world.at('fence.prom') } });
    await fence.says('no answer of the gate');
    expect(await metrics(port)).toMatchObject({ running: 0, allowed: 0, denied: 0, generation: 0 });
    expect(await metrics(port)).toMatchObject({ denied_generation: -1, last_answer_timestamp_seconds: 0 });
    world.gate.allow(4);
    const pid = await started(world);
    await expect
      .poll(async () => metrics(port), patience)
      .toMatchObject({ running: 1, allowed: 1, denied: 0, generation: 4, break_glass: 0, info: 1 });
    const { last_answer_timestamp_seconds: answered } = await metrics(port);
    expect(Math.abs(Date.now() / 1000 - Number(answered))).toBeLessThan(60);
    world.gate.deny(5);
    await until(pid);
    await expect
      .poll(async () => metrics(port), patience)
      .toMatchObject({ running: 0, allowed: 0, denied: 1, generation: 5, denied_generation: 5 });
    // An allow of what was denied does not count.
    world.gate.allow(5);
    await world.looks(1);
    expect(await metrics(port)).toMatchObject({ running: 0, allowed: 0, denied: 1 });
    world.gate.allow(6);
    await started(world, 2);
    await expect
      .poll(async () => metrics(port), patience)
      .toMatchObject({ running: 1, allowed: 1, denied: 0 });
    const { status, type, body } = await ask(port, '/metrics');
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    const names = (from: string | null): string[] =>
      [...(from ?? '').matchAll(/^[a-z_]+(?=\{)/gm)].map(String);
    expect(names(body).length).toBeGreaterThan(8);
    expect(names(body)).toEqual(names(world.read('fence.prom')));
    expect(body).not.toContain(gateToken);
  });

  test('a deny that is remembered is seen before the gate answers again', async () => {
    const { world, port, env } = await listening();
    world.keep({ generation: 4, allowed: 4, denied: 4 });
    world.gate.reply(() => ({ status: 503, body: '' }));
    const fence = await world.start({ env });
    await fence.says('no answer of the gate');
    await expect
      .poll(async () => metrics(port), patience)
      .toMatchObject({ denied: 1, allowed: 0, generation: 4 });
  });

  test('only GET of /metrics is answered', async () => {
    const { world, port, env } = await listening();
    world.gate.deny(1);
    const fence = await world.start({ env });
    await fence.says('denies');
    for (const path of ['/', '/metrics/', '/debug/pprof/', '/metrics2', '//metrics', '/%2e%2e/metrics']) {
      expect([path, (await ask(port, path)).status]).toEqual([path, 404]);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']) {
      const { status, allow } = await ask(port, '/metrics', method);
      expect([method, status, allow]).toEqual([method, 405, 'GET']);
    }
    expect((await ask(port, '/metrics?signer=other')).status).toBe(200);
  });

  test('the client has neither the setting nor the socket', async () => {
    const { world, port, env } = await listening();
    world.gate.allow(1);
    const fence = await world.start({ env });
    const pid = await started(world);
    const socket = `socket:[${inodeOf(port)}]`;
    expect(files(fence.pid)).toContain(socket);
    expect(files(pid)).not.toContain(socket);
    expect(world.read('environment')).not.toContain('FENCE_');
  });

  test('whoever asks for all of it, slowly and at once, holds back neither a deny nor the next one who asks', async () => {
    const { world, port, env } = await listening();
    world.gate.allow(1);
    const fence = await world.start({ env });
    const pid = await started(world);
    const sockets = Array.from({ length: 100 }, () => connect(port, '127.0.0.1'));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    await Promise.all(sockets.map(async (socket) => once(socket, 'connect')));
    for (const socket of sockets) {
      socket.on('error', () => undefined);
      socket.write(`GET /metrics HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(6_000)}`);
    }
    world.gate.deny(2);
    await until(pid);
    await fence.says('the client is stopped; it starts again');
    for (const socket of sockets) socket.destroy();
    expect((await metrics(port))['denied']).toBe(1);
    const status = readFileSync(`/proc/${fence.pid}/status`, 'utf8');
    const residentKb = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
    process.stdout.write(`fence with metrics over HTTP: ${residentKb} kB at most\n`);
    expect(residentKb).toBeLessThan(20_000);
  });

  test('a port that somebody has, or that is none, is a wrong setting: nothing is started', async () => {
    const world = await fenceWorld();
    const taken = await listen(createServer());
    onTestFinished(taken.close);
    const said = await world.command(['--', 'true'], { FENCE_METRICS_LISTEN: taken.address });
    expect(said.code).toBe(78);
    expect(said.stderr).toContain(`FENCE_METRICS_LISTEN: nothing can be heard at ${taken.address}`);
    const wrong = await world.command(['--', 'true'], { FENCE_METRICS_LISTEN: 'localhost:9464' });
    expect([wrong.code, wrong.stderr]).toEqual([78, expect.stringContaining('as :9464 or 127.0.0.1:9464')]);
    expect(world.gate.asked).toEqual([]);
    expect(world.read(`state/${signer}.lock`)).toBeNull();
  });
});
