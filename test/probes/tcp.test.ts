// The tcp probe: the contract, and its greeting.
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Sample } from '../../functions/domain/sample.ts';
import { tcp } from '../../functions/probes/tcp.ts';
import { listen } from '../support/server.ts';
import { contextWith } from './context.ts';
import { contract } from './contract.ts';

contract('tcp', {
  target: (address) => ({ probe: 'tcp', ...tcp.schema.parse({ address, expect: 'hello' }) }),
  server: () => createServer((socket) => socket.end('hello\r\n')),
});

async function probe(server: Server, options: object, timeoutMs = 10_000): Promise<Sample> {
  const { address, close } = await listen(server);
  onTestFinished(close);
  return tcp.run(tcp.schema.parse({ address, ...options }), contextWith({ timeoutMs }));
}

const saying = (...parts: readonly string[]): Server =>
  createServer((socket: Socket) => {
    for (const part of parts) socket.write(part);
  });

describe('the tcp probe', () => {
  test('is ok when the connection stays open, although nothing is said', async () => {
    expect(await probe(createServer(), { hold: '20ms' })).toMatchObject({ ok: true, facts: {} });
  });

  test('never holds longer than half of its deadline', async () => {
    expect(await probe(createServer(), { hold: '5000ms' }, 1000)).toMatchObject({ ok: true });
  });

  test('answers reset when a forwarder accepts and hangs up a moment later', async () => {
    const forwarder = createServer((socket) => setTimeout(() => socket.end(), 30));
    expect(await probe(forwarder, { hold: '5000ms' })).toMatchObject({
      ok: false,
      reason: 'reset',
      detail: 'the server accepted and hung up at once',
    });
  });

  test('does not wait once a byte has come', async () => {
    const sample = await probe(saying('x'), { hold: '5000ms' });
    expect(sample).toMatchObject({ ok: true });
    expect(sample.latencyMs.total).toBeLessThan(4000);
  });

  test('finds a greeting that comes in pieces', async () => {
    expect(await probe(saying('SSH-', '2.0-x\r\n'), { expect: '/^SSH-2\\.0/' })).toMatchObject({ ok: true });
  });

  test('sends what it is told to send', async () => {
    const echo = createServer((socket) => socket.pipe(socket));
    expect(await probe(echo, { send: 'ping', expect: 'ping' })).toMatchObject({ ok: true });
  });

  test('answers body for another greeting, without repeating it', async () => {
    const server = createServer((socket) => socket.end('hunter2'));
    expect(await probe(server, { expect: 'SSH-' })).toMatchObject({
      ok: false,
      reason: 'body',
      detail: 'the greeting is not as expected (7 bytes, then the server hung up)',
    });
  });

  test('stops reading a greeting without end', async () => {
    const endless = createServer((socket) => {
      const fill = (): void => {
        while (socket.writable && socket.write('x'.repeat(65_536)));
      };
      socket.on('drain', fill);
      fill();
    });
    expect(await probe(endless, { expect: 'SSH-' })).toMatchObject({
      ok: false,
      reason: 'body',
      detail: 'the greeting is not as expected (1024 bytes without a match)',
    });
  });

  test('ends a pattern that would never end', async () => {
    const sample = await probe(saying(`${'a'.repeat(60)}!`), { expect: '/^(a+)+$/' });
    expect(sample).toMatchObject({
      ok: false,
      reason: 'body',
      detail: 'the greeting is not as expected (the pattern takes too long)',
    });
  });

  test.for([
    'home.example',
    'home.example:0',
    'home.example:65536',
    '[127.0.0.1]:1',
    '::1:80',
    '127.1:80',
    'a b:1',
  ])('refuses the address %s', (address) => {
    expect(tcp.schema.safeParse({ address }).success).toBe(false);
  });
});
