// A TLS handshake: name, chain of trust, and how many days the certificate has left.
import { z } from 'zod';
import { hostAtPort, parseHostPort } from '../kit/address.ts';
import { attempt } from '../kit/net/attempt.ts';
import { dial } from '../kit/net/dial.ts';
import { failed } from '../kit/net/failure.ts';
import { handshake, tlsOptions } from '../kit/net/handshake.ts';
import type { Endpoint } from '../kit/net/network.ts';
import type { Probe } from './probe.ts';

const schema = z.strictObject({
  address: z
    .string()
    .refine(
      (text) => parseHostPort(text) !== null,
      'must be host:port or [IPv6]:port with a port from 1 to 65535',
    )
    .describe('Host and port, e.g. home.example:443.'),
  ...tlsOptions.shape,
  minDaysLeft: z
    .int()
    .min(0)
    .max(365)
    .default(7)
    .describe('The certificate must be valid for so many days more, a pinned one too.'),
});

type Options = z.output<typeof schema>;

export const tls = {
  schema,
  endpoint: ({ address }) => endpointOf(address),
  atPort: (options, port) => ({ ...options, address: hostAtPort(options.address, port) }),
  describe: ({ address }) => `TLS ${address}`,
  run: ({ address, minDaysLeft, ...options }, context) =>
    attempt(context, async (frame) => {
      const endpoint = endpointOf(address);
      const dialled = await dial(endpoint, frame);
      if (!dialled.ok) return dialled;
      // What is spoken inside is not known here, and a server may refuse those who offer something else.
      const offer = { ...options, protocols: [] };
      const secured = await handshake(dialled.socket, endpoint.host, offer, frame);
      if (!secured.ok) return secured;
      const { certificateDaysLeft: days } = secured;
      if (days !== undefined && days < minDaysLeft) {
        const when = days < 0 ? 'has expired' : `ends in ${days} day${days === 1 ? '' : 's'}`;
        return failed('tls', `the certificate ${when}`);
      }
      return {
        ok: true,
        facts: {
          protocol: secured.socket.getProtocol() ?? 'unknown',
          ...(days === undefined ? {} : { certificateDaysLeft: days }),
        },
      };
    }),
} satisfies Probe<Options>;

function endpointOf(address: string): Endpoint {
  return parseHostPort(address) ?? { host: address, port: 0 };
}
