// A TCP connection that can be made and stays open, with a greeting if one is expected.
import type { Socket } from 'node:net';
import { z } from 'zod';
import { hostAtPort, parseHostPort } from '../kit/address.ts';
import { duration } from '../kit/duration.ts';
import { attempt } from '../kit/net/attempt.ts';
import { condition, meets } from './condition.ts';
import { dial } from '../kit/net/dial.ts';
import { failed, socketFailure } from '../kit/net/failure.ts';
import type { Outcome } from './outcome.ts';
import type { Endpoint } from '../kit/net/network.ts';
import type { Probe } from './probe.ts';

const greetingBytes = 1024;

const schema = z.strictObject({
  address: z
    .string()
    .refine(
      (text) => parseHostPort(text) !== null,
      'must be host:port or [IPv6]:port with a port from 1 to 65535',
    )
    .describe('Host and port, e.g. home.example:30303 or [2001:db8::1]:9000.'),
  send: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .describe('Text to send once connected (at most 1,024 characters).'),
  expect: condition
    .optional()
    .describe(
      'What must occur in the first 1,024 bytes of the answer: text, or a regular expression between slashes.',
    ),
  hold: duration({ min: '0ms', max: '5s' })
    .prefault('200ms')
    .describe(
      'Without `expect`: how long the connection must stay open, at most half of the deadline. A forwarder whose way to the house is broken accepts and hangs up.',
    ),
});

type Options = z.output<typeof schema>;

export const tcp = {
  schema,
  endpoint: ({ address }) => endpointOf(address),
  atPort: (options, port) => ({ ...options, address: hostAtPort(options.address, port) }),
  describe: ({ address }) => `TCP ${address}`,
  run: (options, context) =>
    attempt(context, async (frame) => {
      const dialled = await dial(endpointOf(options.address), frame);
      if (!dialled.ok) return dialled;
      if (options.send !== undefined) dialled.socket.write(options.send);
      if (options.expect === undefined) {
        frame.enter('rest');
        return holds(dialled.socket, Math.min(options.hold, context.timeoutMs / 2));
      }
      frame.enter('firstByte');
      return greets(dialled.socket, options.expect);
    }),
} satisfies Probe<Options>;

function endpointOf(address: string): Endpoint {
  return parseHostPort(address) ?? { host: address, port: 0 };
}

/** Ok as soon as a byte comes or `holdMs` have passed with the connection open. */
function holds(socket: Socket, holdMs: number): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const open = (): void => {
    resolve({ ok: true, facts: {} });
  };
  const timer = setTimeout(open, holdMs);
  socket.once('data', open);
  socket.once('error', (error) => {
    resolve(socketFailure('the server accepted and', error));
  });
  socket.once('close', () => {
    clearTimeout(timer);
    resolve(failed('reset', 'the server accepted and hung up at once'));
  });
  return promise;
}

function greets(socket: Socket, wanted: string): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  let received = Buffer.alloc(0);
  const refuse = (how: string): Outcome => failed('body', `the greeting is not as expected (${how})`);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]).subarray(0, greetingBytes);
    const isMet = meets(received.toString('utf8'), wanted);
    if (isMet === true) resolve({ ok: true, facts: { bytes: received.length } });
    else if (isMet === 'too-slow') resolve(refuse('the pattern takes too long'));
    else if (received.length >= greetingBytes) resolve(refuse(`${greetingBytes} bytes without a match`));
  });
  socket.once('error', (error) => {
    resolve(socketFailure('the server', error));
  });
  socket.once('close', () => {
    if (received.length === 0) resolve(failed('reset', 'the server hung up without a greeting'));
    else resolve(refuse(`${received.length} bytes, then the server hung up`));
  });
  return promise;
}
