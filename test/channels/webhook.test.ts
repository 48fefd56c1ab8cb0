// The webhook: what a receiver gets, how it can check it, and which addresses are used.
import { createHmac } from 'node:crypto';
import { createServer as createTlsServer } from 'node:https';
import { afterEach, describe, expect, test } from 'vitest';
import { webhook } from '../../functions/channels/webhook.ts';
import { authority } from '../support/certificates.ts';
import { listen, type Listening } from '../support/server.ts';
import { at, context, message } from './message.ts';
import { type Received, receiver } from './receiver.ts';

const servers: Listening[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe('a receiver', () => {
  test('gets the message as JSON, to the path and query of the address', async () => {
    const { address, received } = await receiver();
    const delivery = await webhook.send({ url: { env: `http://${address}/a/b?c=d` } }, message, context());
    expect(delivery).toEqual({ sent: true, detail: 'HTTP 204' });
    const [first] = received;
    expect(first?.url).toBe('/a/b?c=d');
    expect(JSON.parse(first?.body ?? '')).toEqual(message);
    expect(Object.keys(JSON.parse(first?.body ?? ''))).toEqual([
      'id',
      'kind',
      'severity',
      'site',
      'incidents',
      'thread',
      'isThreadOver',
      'title',
      'body',
      'links',
      'code',
      'at',
    ]);
    expect(first?.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'idempotency-key': message.id,
      'x-watchdog-timestamp': String(Math.floor(at / 1000)),
    });
    expect(first?.headers).not.toHaveProperty('x-watchdog-signature');
    expect(first?.headers).not.toHaveProperty('authorization');
  });

  test('can check with the shared key who sent it and when', async () => {
    const { address, received } = await receiver();
    await webhook.send({ url: { env: `http://${address}/` }, secret: { env: 'key' } }, message, context());
    const { headers, body }: Pick<Received, 'headers' | 'body'> = received[0] ?? { headers: {}, body: '' };
    const expected = createHmac('sha256', 'key')
      .update(`${String(headers['x-watchdog-timestamp'])}.${body}`)
      .digest('hex');
    expect(headers['x-watchdog-signature']).toBe(`v1=${expected}`);
  });

  test('gets the same id and another timestamp when a message is tried again', async () => {
    const { address, received } = await receiver();
    const options = { url: { env: `http://${address}/` }, secret: { env: 'key' } };
    await webhook.send(options, message, context());
    await webhook.send(options, message, context({ at: at + 60_000 }));
    const [first, second] = received.map(({ headers }) => headers);
    expect(second?.['idempotency-key']).toBe(first?.['idempotency-key']);
    expect(Number(second?.['x-watchdog-timestamp'])).toBe(Number(first?.['x-watchdog-timestamp']) + 60);
    expect(second?.['x-watchdog-signature']).not.toBe(first?.['x-watchdog-signature']);
  });

  test('gets the name and password of the address as a header', async () => {
    const { address, received } = await receiver();
    await webhook.send({ url: { env: `http://me:p%40ss@${address}/` } }, message, context());
    expect(received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  });
});

describe('an address', () => {
  test.each([
    ['plain HTTP to another machine', 'http://hooks.example/abc'],
    ['another protocol', 'ftp://127.0.0.1/abc'],
    ['a host that only begins like this machine', 'http://127.0.0.1.example/abc'],
    ['no URL at all', 'hunter2'],
  ])('that is %s is not used, waits to be put right, and is not repeated', async (_, url) => {
    const delivery = await webhook.send({ url: { env: url } }, message, context());
    expect(delivery).toEqual({
      sent: false,
      again: true,
      reason: 'client-error',
      detail: 'the address is not an https URL',
    });
  });

  test('whose certificate nobody signed gets nothing', async () => {
    let requests = 0;
    const server = await listen(
      createTlsServer(authority('unknown').issue({ name: '127.0.0.1' }), (_request, response) => {
        requests += 1;
        response.end();
      }),
    );
    servers.push(server);
    const delivery = await webhook.send({ url: { env: `https://${server.address}/` } }, message, context());
    expect(delivery).toMatchObject({ sent: false, again: true, reason: 'network' });
    expect(requests).toBe(0);
  });
});
