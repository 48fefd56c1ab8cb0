// A message and a context to test channels with.
import type { ChannelContext, Message } from '../../functions/channels/channel.ts';
import type { SecretReference } from '../../functions/kit/secret.ts';

/** 2026-12-01T02:14:07.250Z */
export const at = Date.UTC(2026, 11, 1, 2, 14, 7, 250);

export const message: Message = {
  id: 'home.site.home.20261201T021407Z.0.pager',
  kind: 'opened',
  severity: 'critical',
  site: 'home',
  incidents: ['home.site.home.20261201T021407Z'],
  thread: 'home.site.home.20261201T021407Z',
  isThreadOver: false,
  title: 'CRITICAL Zuhause – Keller: dark or cut off',
  body: 'Dark or cut off.\nSince 03:14 “Europe/Berlin”.',
  links: {
    acknowledge: 'https://ack.example/ack#token-of-the-link',
    status: 'https://status.example/status',
    runbook: 'https://docs.example/get-paged#dark',
  },
  code: '7K2QM-X0WFD',
  at: at - 250,
};

/** The reader of secrets gives back the name that it is asked for, so a test writes a secret as its own reference. */
export function context(over: Partial<ChannelContext> = {}): ChannelContext {
  return {
    signal: new AbortController().signal,
    timeoutMs: 5_000,
    at,
    secret: (reference: SecretReference) => ('env' in reference ? reference.env : reference.file),
    print: () => {},
    ...over,
  };
}
