// What every probe of the registry promises, whatever it speaks; each member's test calls this once.
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Sample } from '../../functions/domain/sample.ts';
import { reasons } from '../../functions/domain/sample.ts';
import type { ProbeContext } from '../../functions/probes/probe.ts';
import type { ProbeName, ProbeTarget } from '../../functions/probes/registry.ts';
import { describeTarget, endpointOfTarget } from '../../functions/probes/describe.ts';
import { runProbe } from '../../functions/probes/run.ts';
import { blackhole } from '../support/blackhole.ts';
import { dnsServer } from '../support/dns-server.ts';
import type { Zone } from '../support/dns-server.ts';
import { closedPort, listen } from '../support/server.ts';
import type { Listening } from '../support/server.ts';
import { contextWith } from './context.ts';

export type Example = {
  /** A target at `host:port` that waits for an answer. */
  readonly target: (address: string) => ProbeTarget;
  /** A server that satisfies it. */
  readonly server: () => Server;
};

async function started(server: Server, host?: string): Promise<Listening> {
  const listening = await listen(server, host);
  onTestFinished(listening.close);
  return listening;
}

async function names(zone: Zone): Promise<readonly string[]> {
  const { address, close } = await dnsServer(zone);
  onTestFinished(close);
  return [address];
}

async function timed(target: ProbeTarget, context: ProbeContext): Promise<{ sample: Sample; ms: number }> {
  const begunAt = performance.now();
  const sample = await runProbe(target, context);
  const { reason, detail } = sample.ok ? { reason: 'aborted', detail: 'ok' } : sample;
  expect(reasons).toContain(reason);
  expect(detail).toMatch(/^.{1,200}$/);
  expect(sample.latencyMs.total).toBeGreaterThanOrEqual(0);
  return { sample, ms: performance.now() - begunAt };
}

// Generous: other work shares the machine, and a probe that misses its deadline at all misses it by seconds.
const slackMs = 1500;

export function contract(name: ProbeName, { target, server }: Example): void {
  describe(`the ${name} probe keeps the contract: it`, () => {
    test('is ok with a server that answers, says how long each phase took, and leaves no socket', async () => {
      const { address, accepted, open } = await started(server());
      const { sample } = await timed(target(address), contextWith());
      expect(sample).toMatchObject({ ok: true });
      expect(sample.latencyMs.connect).toBeGreaterThanOrEqual(0);
      expect(sample.latencyMs.connect).toBeLessThanOrEqual(sample.latencyMs.total);
      expect(sample.latencyMs.dns).toBeUndefined();
      expect(accepted()).toBe(1);
      await vi.waitFor(() => {
        expect(open()).toBe(0);
      });
    });

    test('answers timeout at its deadline when nobody answers, and leaves no socket', async () => {
      const { address, accepted, open } = await started(createServer((socket) => socket.resume()));
      const { sample, ms } = await timed(target(address), contextWith({ timeoutMs: 200 }));
      expect(sample).toMatchObject({ ok: false, reason: 'timeout' });
      expect(ms).toBeLessThan(200 + slackMs);
      expect(accepted()).toBe(1);
      await vi.waitFor(() => {
        expect(open()).toBe(0);
      });
    });

    test('answers timeout when the connection is swallowed', async ({ skip }) => {
      const hole = await blackhole();
      if (hole === null) return skip('this system does not drop connections to a full queue');
      onTestFinished(hole.close);
      const { sample, ms } = await timed(target(`127.0.0.1:${hole.port}`), contextWith({ timeoutMs: 300 }));
      expect(sample).toMatchObject({
        ok: false,
        reason: 'timeout',
        detail: 'no connection was made within 300 ms',
      });
      expect(ms).toBeLessThan(300 + slackMs);
    });

    test('answers aborted as soon as the run ends, and leaves no socket', async () => {
      const { address, accepted, open } = await started(createServer((socket) => socket.resume()));
      const run = new AbortController();
      const answer = timed(target(address), contextWith({ signal: run.signal, timeoutMs: 60_000 }));
      await vi.waitFor(() => {
        expect(accepted()).toBe(1);
      });
      run.abort();
      const { sample, ms } = await answer;
      expect(sample).toMatchObject({ ok: false, reason: 'aborted' });
      expect(ms).toBeLessThan(10_000);
      await vi.waitFor(() => {
        expect(open()).toBe(0);
      });
    });

    test('asks nobody when the run has ended before', async () => {
      const { address, accepted } = await started(server());
      const { sample } = await timed(target(address), contextWith({ signal: AbortSignal.abort() }));
      expect(sample).toMatchObject({ ok: false, reason: 'aborted' });
      expect(accepted()).toBe(0);
    });

    test('is cut off in the middle of a look-up too', async () => {
      const nameServers = await names({ 'home.test': 'silent' });
      const run = new AbortController();
      const context = contextWith({ signal: run.signal, timeoutMs: 60_000, network: { nameServers } });
      const answer = timed(target('home.test:9000'), context);
      run.abort();
      expect((await answer).sample).toMatchObject({ ok: false, reason: 'aborted' });
    });

    test('answers refused for a port where nobody listens', async () => {
      const port = await closedPort(createServer());
      const { sample } = await timed(target(`127.0.0.1:${port}`), contextWith());
      expect(sample).toMatchObject({
        ok: false,
        reason: 'refused',
        detail: `127.0.0.1 port ${port} refused the connection`,
      });
    });

    test('answers reset when the connection is accepted and reset', async () => {
      const { address } = await started(createServer((socket) => socket.resetAndDestroy()));
      const { sample } = await timed(target(address), contextWith());
      expect(sample).toMatchObject({ ok: false, reason: 'reset' });
    });

    test('answers reset when the connection is accepted and closed', async () => {
      const { address } = await started(createServer((socket) => socket.end()));
      const { sample } = await timed(target(address), contextWith());
      expect(sample).toMatchObject({ ok: false, reason: 'reset' });
    });

    test.for([
      ['does not exist', {}, 'the name does not exist'],
      ['has no address', { 'home.test': [] }, 'the name has no address'],
      ['meets a name server that fails', { 'home.test': 'servfail' }, 'the name server failed (SERVFAIL)'],
      ['meets a name server that is silent', { 'home.test': 'silent' }, 'no name server answered'],
    ] satisfies [string, Zone, string][])('answers dns when the name %s', async ([, zone, detail]) => {
      const nameServers = await names(zone);
      const context = contextWith({ timeoutMs: 3000, network: { nameServers } });
      const { sample, ms } = await timed(target('home.test:9000'), context);
      expect(sample).toMatchObject({ ok: false, reason: 'dns', detail });
      expect(ms).toBeLessThan(3000 + slackMs);
    });

    test('asks once for a name that many targets share, and again in the next round', async () => {
      const { port } = await started(server());
      const { address: nameServer, questions, close } = await dnsServer({ 'home.test': ['127.0.0.1'] });
      onTestFinished(close);
      const context = contextWith({ network: { nameServers: [nameServer] } });
      const round = (): Promise<Sample[]> =>
        Promise.all(Array.from({ length: 50 }, () => runProbe(target(`home.test:${port}`), context)));
      expect((await round()).filter(({ ok }) => ok)).toHaveLength(50);
      const asked = questions();
      expect(asked).toBeLessThan(10);
      expect((await round()).filter(({ ok }) => ok)).toHaveLength(50);
      expect(questions()).toBeGreaterThan(asked);
    });

    test('is not cut off by another target that waits for the same name and gives up', async () => {
      const { port } = await started(server());
      const {
        address: nameServer,
        questions,
        answer,
        close,
      } = await dnsServer({ 'home.test': ['127.0.0.1'] }, 'held');
      onTestFinished(close);
      const impatient = new AbortController();
      const network = { nameServers: [nameServer] };
      const first = runProbe(target(`home.test:${port}`), contextWith({ signal: impatient.signal, network }));
      const second = runProbe(target(`home.test:${port}`), contextWith({ network }));
      await vi.waitFor(() => {
        expect(questions()).toBeGreaterThanOrEqual(2);
      });
      impatient.abort();
      expect(await first).toMatchObject({ ok: false, reason: 'aborted' });
      answer();
      expect(await second).toMatchObject({ ok: true });
    });

    test('never takes garbage from a name server for an address', async () => {
      const nameServers = await names({ 'home.test': 'garbage' });
      const { sample } = await timed(
        target('home.test:9000'),
        contextWith({ timeoutMs: 500, network: { nameServers } }),
      );
      expect(sample).toMatchObject({ ok: false });
      expect(sample).toSatisfy((given: Sample) => !given.ok && ['dns', 'timeout'].includes(given.reason));
    });

    test('reaches a name by IPv6 only, and tells the look-up from the connection', async () => {
      const { port } = await started(server(), '::1');
      const nameServers = await names({ 'home.test': ['::1'] });
      const { sample } = await timed(target(`home.test:${port}`), contextWith({ network: { nameServers } }));
      expect(sample).toMatchObject({ ok: true });
      expect(sample.latencyMs.dns).toBeGreaterThanOrEqual(0);
    });

    test('reaches an IPv6 address in brackets', async () => {
      const { address } = await started(server(), '::1');
      expect((await timed(target(address), contextWith())).sample).toMatchObject({ ok: true });
    });

    test('finds the one of many addresses that answers when the others refuse', async () => {
      const { port } = await started(server(), '127.0.0.40');
      const others = Array.from({ length: 39 }, (_, index) => `127.0.0.${index + 1}`);
      const nameServers = await names({ 'home.test': [...others, '127.0.0.40'] });
      const { sample } = await timed(target(`home.test:${port}`), contextWith({ network: { nameServers } }));
      expect(sample).toMatchObject({ ok: true });
    });

    test('finds the one of many addresses that answers within the deadline when the others swallow', async ({
      skip,
    }) => {
      const { port } = await started(server(), '127.0.0.40');
      const silent = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'];
      const holes = await Promise.all(silent.map((host) => blackhole({ host, port })));
      for (const hole of holes) if (hole !== null) onTestFinished(hole.close);
      if (holes.includes(null)) return skip('this system does not drop connections to a full queue');
      const nameServers = await names({ 'home.test': [...silent, '127.0.0.40'] });
      const context = contextWith({ timeoutMs: 3000, network: { nameServers } });
      const { sample } = await timed(target(`home.test:${port}`), context);
      expect(sample).toMatchObject({ ok: true });
    });

    test('says once that none of many addresses answered', async () => {
      const port = await closedPort(createServer());
      const nameServers = await names({ 'home.test': ['127.0.0.1', '127.0.0.2', '::1'] });
      const { sample } = await timed(target(`home.test:${port}`), contextWith({ network: { nameServers } }));
      expect(sample).toMatchObject({ ok: false, reason: 'refused' });
      expect(sample).toHaveProperty(
        'detail',
        expect.stringMatching(/^none of 3 addresses answered; .* refused/),
      );
    });

    test('does not dial an address that the site does not allow, written or looked up', async () => {
      const { port, accepted } = await started(server());
      const nameServers = await names({ 'home.test': ['127.0.0.1'], 'inner.test': ['10.1.2.3'] });
      const context = contextWith({ network: { nameServers, allow: [] } });
      const written = await timed(target(`127.0.0.1:${port}`), context);
      const looked = await timed(target(`home.test:${port}`), context);
      const inner = await timed(target(`inner.test:${port}`), context);
      const because = (text: string): object => ({ ok: false, reason: 'unreachable', detail: text });
      expect(written.sample).toMatchObject(
        because('127.0.0.1 is a loopback address, which this site does not allow'),
      );
      expect(looked.sample).toMatchObject(
        because('resolves to 127.0.0.1, a loopback address, which this site does not allow'),
      );
      expect(inner.sample).toMatchObject(
        because('resolves to 10.1.2.3, a private address, which this site does not allow'),
      );
      expect(accepted()).toBe(0);
    });

    test('dials the allowed ones of mixed addresses only', async () => {
      const { port } = await started(server());
      const nameServers = await names({ 'home.test': ['10.1.2.3', '169.254.169.254', '127.0.0.1'] });
      const { sample } = await timed(target(`home.test:${port}`), contextWith({ network: { nameServers } }));
      expect(sample).toMatchObject({ ok: true });
    });

    test('takes the address that --resolve names, without a look-up and without a check', async () => {
      const { port } = await started(server());
      const hosts = new Map([['home.test:9000', { address: '127.0.0.1', port }]]);
      const { sample } = await timed(
        target('home.test:9000'),
        contextWith({ network: { hosts, allow: [] } }),
      );
      expect(sample).toMatchObject({ ok: true });
    });

    test('names its first endpoint and describes itself without a path', () => {
      const example = target('[2001:db8::1]:9000');
      expect(endpointOfTarget(example)).toEqual({ host: '2001:db8::1', port: 9000 });
      expect(describeTarget(example)).toContain('[2001:db8::1]:9000');
    });
  });
}
