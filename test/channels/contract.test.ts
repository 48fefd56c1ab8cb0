// What every member of the registry promises, whatever the other side does.
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { ChannelContext, Delivery } from '../../functions/channels/channel.ts';
import {
  type ChannelConfig,
  type ChannelName,
  channels,
  channelSchema,
} from '../../functions/channels/registry.ts';
import { sendVia } from '../../functions/channels/send.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import { closedPort, listen, type Listening } from '../support/server.ts';
import { context, message } from './message.ts';

const password = 'hunter2-in-the-path';

type Member<Name extends ChannelName> = {
  readonly config: (address: string) => ChannelConfig<Name>;
  readonly speaksHttp: boolean;
  /** Its token is a part of the path: an unknown one is answered with 404 or 410. */
  readonly hasSecretPath?: boolean;
};

/** For each member a configuration that talks to `address`, and whether it talks HTTP. A new member is a type error here. */
const members: { readonly [Name in ChannelName]: Member<Name> } = {
  telegram: {
    config: (address) => ({
      channel: 'telegram',
      token: { file: `1234:${password}` },
      chat: -100_123,
      api: `http://${address}`,
    }),
    speaksHttp: true,
    hasSecretPath: true,
  },
  // Its walk over SMTP is in email.test.ts.
  email: {
    config: (address) => ({
      channel: 'email',
      host: address.replace(/:\d+$/, ''),
      port: Number(/\d+$/.exec(address)?.[0]),
      security: 'none',
      user: 'watchdog',
      password: { file: password },
      from: 'watchdog@home.example',
      to: ['me@home.example'],
    }),
    speaksHttp: false,
  },
  discord: {
    config: (address) => ({
      channel: 'discord',
      url: { file: `http://${address}/api/webhooks/1/${password}` },
    }),
    speaksHttp: true,
    hasSecretPath: true,
  },
  slack: {
    config: (address) => ({
      channel: 'slack',
      url: { file: `http://${address}/services/T0/B0/${password}` },
    }),
    speaksHttp: true,
    hasSecretPath: true,
  },
  ntfy: {
    config: (address) => ({
      channel: 'ntfy',
      topic: { file: `topic-${password}` },
      token: { file: `tk_${password}` },
      api: `http://${address}`,
    }),
    speaksHttp: true,
  },
  pushover: {
    config: (address) => ({
      channel: 'pushover',
      token: { file: `app-${password}` },
      user: { file: `user-${password}` },
      api: `http://${address}`,
    }),
    speaksHttp: true,
  },
  pagerduty: {
    config: (address) => ({
      channel: 'pagerduty',
      routingKey: { file: password },
      api: `http://${address}`,
    }),
    speaksHttp: true,
  },
  twilio: {
    config: (address) => ({
      channel: 'twilio',
      accountSid: `AC${'0'.repeat(32)}`,
      authToken: { file: password },
      from: '+14155550100',
      to: '+14155550101',
      how: 'sms',
      calls: 'critical',
      api: `http://${address}`,
    }),
    speaksHttp: true,
  },
  webhook: {
    config: (address) => ({
      channel: 'webhook',
      url: { file: `http://${address}/${password}?token=${password}` },
      secret: { file: password },
    }),
    speaksHttp: true,
  },
  console: { config: () => ({ channel: 'console' }), speaksHttp: false },
};

/** In parts of this size, so that thousands of requests do not take the machine. */
const atOnce = 20;

const servers: Listening[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(listener: RequestListener): Promise<Listening> {
  const server = await listen(createServer(listener));
  servers.push(server);
  return server;
}

async function serveRaw(answer: string | null): Promise<Listening> {
  const server = createTcpServer((socket) => {
    socket.once('data', () => {
      if (answer === null) socket.resetAndDestroy();
      else socket.end(answer);
    });
  });
  const listening = await listen(server);
  servers.push(listening);
  return listening;
}

function expectNoSecret(delivery: Delivery, address: string): void {
  const said = JSON.stringify(delivery);
  expect(said).not.toContain(password);
  expect(said).not.toContain(address);
  expect(said).not.toMatch(/https?:/);
  expect(said).not.toContain('token-of-the-link');
}

test('every member is tried here, and the schema of a channel knows them all', () => {
  expect(Object.keys(members)).toEqual(Object.keys(channels));
  const schema = channelSchema({});
  for (const { config } of Object.values(members)) {
    expect(schema.safeParse(config('127.0.0.1:1')).success).toBe(true);
  }
  expect(schema.safeParse({ channel: 'pigeon' }).success).toBe(false);
  expect(schema.safeParse({ ...members.webhook.config('127.0.0.1:1'), extra: 1 }).success).toBe(false);
});

describe.each(Object.entries<Member<ChannelName>>(members))('%s', (_, member) => {
  const { config, speaksHttp, hasSecretPath = false } = member;
  const send = (address: string, over: Partial<ChannelContext> = {}): Promise<Delivery> =>
    sendVia(config(address))(message, context(over));

  test('sends nothing once the run has ended', async () => {
    const printed: string[] = [];
    const server = await serve((_request, response) => response.end());
    const print = (text: string): number => printed.push(text);
    const delivery = await send(server.address, { signal: AbortSignal.abort(), print });
    expect(delivery).toMatchObject({ sent: false, again: true, reason: 'aborted' });
    expect(printed).toEqual([]);
    expect(server.accepted()).toBe(0);
  });

  test('says of a missing secret which one it is, and is tried again', async () => {
    const secret = (): string => {
      throw new WatchdogError('ERR_SECRET', "the secret's environment variable HOOK is not there");
    };
    const delivery = await send('127.0.0.1:1', { secret });
    if (Object.values(config('127.0.0.1:1')).every((option) => typeof option === 'string')) return;
    expect(delivery).toMatchObject({ again: true, reason: 'auth', detail: expect.stringContaining('HOOK') });
  });

  if (!speaksHttp) return;

  describe('over HTTP', () => {
    test('sends one request and leaves no connection behind, for every status there is', async () => {
      const waiting = Array.from({ length: 400 }, (_each, index) => index + 200);
      const all = waiting.map((status) => `HTTP ${status}`);
      const server = await serve((request, response) => {
        request.resume();
        const status = waiting.shift() ?? 0;
        response.writeHead(status, { location: `http://${server.address}/elsewhere` });
        response.end(status === 204 || status === 304 ? undefined : `<html>${password}</html>`);
      });
      const print = (text: string): never => expect.unreachable(`it printed ${text}`);
      const heard: string[] = [];
      const gone: Delivery[] = [];
      while (waiting.length > 0) {
        const deliveries = await Promise.all(
          Array.from({ length: atOnce }, () => send(server.address, { print })),
        );
        for (const delivery of deliveries) {
          heard.push(delivery.detail);
          const status = Number(delivery.detail.replace('HTTP ', ''));
          expect(delivery.sent, delivery.detail).toBe(status < 300);
          expectNoSecret(delivery, server.address);
          if (status === 404 || status === 410) gone.push(delivery);
        }
      }
      const detail = expect.stringMatching(/^HTTP 4(04|10)$/);
      const refused = { sent: false, again: true, reason: 'auth', afterMs: 60_000, detail };
      const final = { sent: false, again: false, reason: 'client-error', detail };
      const meaning = hasSecretPath ? refused : final;
      expect(gone).toEqual([meaning, meaning]);
      // Each status once: had a redirect been followed or a request been repeated, one would be missing.
      expect(heard.toSorted()).toEqual(all);
      await expect.poll(server.open).toBe(0);
    });

    test('gives up on a server that never answers when its time is over', async () => {
      const server = await serve(() => {});
      const begun = performance.now();
      const delivery = await send(server.address, { timeoutMs: 200 });
      expect(delivery).toMatchObject({ sent: false, again: true, reason: 'timeout' });
      expect(performance.now() - begun).toBeLessThan(3_000);
      expectNoSecret(delivery, server.address);
      await expect.poll(server.open).toBe(0);
    });

    test('stops when the run ends in the middle', async () => {
      const run = new AbortController();
      const server = await serve(() => {
        run.abort();
      });
      const delivery = await send(server.address, { signal: run.signal });
      expect(delivery).toMatchObject({ sent: false, again: true, reason: 'aborted' });
      await expect.poll(server.open).toBe(0);
    });

    test('is tried again after a refused connection', async () => {
      const port = await closedPort(createTcpServer());
      const delivery = await send(`127.0.0.1:${port}`);
      expect(delivery).toMatchObject({
        sent: false,
        again: true,
        reason: 'network',
        detail: 'no connection (ECONNREFUSED)',
      });
      expectNoSecret(delivery, `127.0.0.1:${port}`);
    });

    test.each([
      ['resets the connection', null],
      ['answers something else than HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
      ['hangs up in the headers', 'HTTP/1.1 200 OK\r\nContent-Le'],
      ['sends headers without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`],
    ])('is tried again when the server %s', async (_what, answer) => {
      const server = await serveRaw(answer);
      const delivery = await send(server.address);
      expect(delivery).toMatchObject({ sent: false, again: true, reason: 'network' });
      expectNoSecret(delivery, server.address);
    });

    test('has sent when the status says so, although the body is huge, never ends, or breaks off', async () => {
      let poured = 0;
      const huge = await serve((_request, response) => {
        response.writeHead(200);
        const chunk = Buffer.alloc(65_536);
        const pour = (): void => {
          do poured += chunk.length;
          while (!response.destroyed && response.write(chunk));
          response.once('drain', pour);
        };
        pour();
      });
      const silent = await serve((_request, response) => {
        response.writeHead(200);
        response.write('a');
      });
      const drip = await serve((_request, response) => {
        response.writeHead(200);
        const drops = setInterval(() => response.write('a'), 100);
        response.once('close', () => {
          clearInterval(drops);
        });
      });
      const cut = await serveRaw('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc');
      await Promise.all(
        [huge, silent, drip, cut].map(async (server) => {
          const begun = performance.now();
          expect(await send(server.address)).toEqual({ sent: true, detail: 'HTTP 200' });
          expect(performance.now() - begun).toBeLessThan(4_000);
          await expect.poll(server.open).toBe(0);
        }),
      );
      // What was not read of it lies in the buffers of two sockets.
      expect(poured).toBeLessThan(50_000_000);
    });

    test('heeds Retry-After', async () => {
      const server = await serve((_request, response) => {
        response.writeHead(429, { 'retry-after': '77' }).end();
      });
      expect(await send(server.address)).toMatchObject({ reason: 'rate-limited', afterMs: 77_000 });
    });
  });
});
