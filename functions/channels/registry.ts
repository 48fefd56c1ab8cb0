// All kinds of channels. To add one: its file, its test, one line in `channels`, one row in the docs.
import { z } from 'zod';
import type { Channel } from './channel.ts';
import { console } from './console.ts';
import { discord } from './discord.ts';
import { email } from './email.ts';
import { ntfy } from './ntfy.ts';
import { pagerduty } from './pagerduty.ts';
import { pushover } from './pushover.ts';
import { slack } from './slack.ts';
import { telegram } from './telegram.ts';
import { twilio } from './twilio.ts';
import { webhook } from './webhook.ts';

/** The members by the name that a configuration gives in the field `channel`. */
export const channels = {
  telegram,
  email,
  discord,
  slack,
  ntfy,
  pushover,
  pagerduty,
  twilio,
  webhook,
  console,
} as const;

export type ChannelName = keyof typeof channels;
type OptionsOf = { [Name in ChannelName]: z.output<(typeof channels)[Name]['schema']> };
type Members = { readonly [Name in ChannelName]: Channel<OptionsOf[Name]> };

// Seen so that a name and its options stay together.
const members: Members = channels;

/** The member of that name. */
export const memberOf = <Name extends ChannelName>(name: Name): Members[Name] => members[name];

/** The options of one kind together with its name; with the default, those of any kind. */
export type ChannelConfig<Name extends ChannelName = ChannelName> = {
  [Each in Name]: { readonly channel: Each } & OptionsOf[Each];
}[Name];

type ChannelSchemas<Common extends z.ZodRawShape> = {
  [Name in ChannelName]: z.ZodObject<
    Common & (typeof channels)[Name]['schema']['shape'] & { channel: z.ZodLiteral<Name> },
    z.core.$strict
  >;
};

/**
 * The schema of a channel: one strict object for each kind, told apart by `channel`, each with its own options and the fields of
 * `common`, which must not be named like an option.
 */
export function channelSchema<Common extends z.ZodRawShape>(
  common: Common,
): z.ZodDiscriminatedUnion<
  readonly [ChannelSchemas<Common>[ChannelName], ...ChannelSchemas<Common>[ChannelName][]],
  'channel'
>;
export function channelSchema(common: z.ZodRawShape): z.ZodType {
  const [first, ...rest] = Object.entries(channels).map(([name, { schema }]) =>
    schema.safeExtend({ channel: z.literal(name).describe('The kind of channel.'), ...common }),
  );
  if (first === undefined) throw new TypeError('there is no channel');
  return z.discriminatedUnion('channel', [first, ...rest]);
}
