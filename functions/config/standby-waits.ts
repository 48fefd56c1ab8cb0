// How long a policy waits before a standby is wanted, and before it is released.
import { z } from 'zod';
import { duration } from '../kit/duration.ts';

const wait = (otherwise: string) =>
  z
    .union([z.literal('never').transform(() => null), duration({ min: '0s', max: '7d' })], {
      error: 'must be a duration such as "3m", or never',
    })
    .prefault(otherwise);

/** Part of every policy; see `Policy`. */
export const standbyWaits = z
  .strictObject({
    dark: wait('3m').describe(
      'So long after the house went dark a node is wanted for each of its signers, and at once when its UPS told of it; never: only when a person asks for one.',
    ),
    vpnDown: wait('10m').describe('So long after the VPN exit became unreachable as well.'),
    notSigning: wait('15m').describe(
      'So long after a signer fell silent in a house that lives; for that signer only.',
    ),
    release: duration({ min: '5m', max: '7d' })
      .prefault('30m')
      .describe('A node is released once the house has been stable for so long without a break.'),
  })
  .prefault({})
  .transform(({ dark, vpnDown, notSigning, release }) => ({
    darkMs: dark,
    vpnDownMs: vpnDown,
    notSigningMs: notSigning,
    releaseMs: release,
  }))
  .describe('When a node that only syncs is made in the cloud; only where `standbys` are configured.');
