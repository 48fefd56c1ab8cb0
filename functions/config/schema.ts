// The whole configuration file as a schema: what may be written, its defaults and its limits.
import { z } from 'zod';
import { channelSchema } from '../channels/registry.ts';
import { severities } from '../domain/severity.ts';
import { shownParts } from '../domain/shown.ts';
import { isCidr } from '../kit/address.ts';
import { isThisMachine } from '../kit/http-post.ts';
import { duration } from '../kit/duration.ts';
import { secretReference } from '../kit/secret.ts';
import { id, label, moment, timezone } from './fields.ts';
import { policies } from './policy.ts';
import { signer } from './signer.ts';
import { standbys } from './standbys.ts';
import { defaultReferences, reference, target } from './target.ts';

const channel = channelSchema({
  id: id.describe('Id of the channel.'),
});

const heartbeat = z
  .strictObject({
    source: id.describe('The name of the sender, as it stands in the path that it posts to.'),
    token: secretReference.describe('Whoever shows it may send as this source; at least 24 characters.'),
    previousToken: secretReference
      .optional()
      .describe('The token before: it is still taken, so that a token can be changed without a gap.'),
    every: duration({ min: '10s', max: '31d' })
      .prefault('60s')
      .describe('How often it says that all is well. A message counts as life for 15 minutes at most.'),
    grace: duration({ min: '1s', max: '7d' })
      .prefault('60s')
      .describe('How much later than that it may say so and still be in time.'),
    silence: z
      .union([z.literal('evidence').transform(() => null), z.enum(severities)], {
        error: 'must be evidence, info, warning or critical',
      })
      .prefault('evidence')
      .describe(
        'What it means when it is late: evidence for the judgement of the house only, or how grave an incident of its own.',
      ),
    severity: z
      .enum(severities)
      .default('warning')
      .describe('How grave it is when it says that its work has failed.'),
  })
  .meta({ id: 'Heartbeat', description: 'A sender in the house whose beats show that it lives.' });

const allowed = z
  .string()
  .refine(isCidr, { error: 'is not a network; write it as address/bits, such as 10.20.0.0/16' })
  .refine((text) => !isCidr(text) || bitsOf(text) >= (text.includes(':') ? 7 : 8), {
    error: 'allows too much; write at least /8 for IPv4 and /7 for IPv6, and best the one network you mean',
  });

function bitsOf(text: string): number {
  const [, bits] = text.split('/');
  return bits === undefined ? 128 : Number(bits);
}

const channelIds = z.array(id).min(1).max(20);

const group = z
  .strictObject({
    after: duration({ min: '0s', max: '1d' })
      .prefault('0s')
      .describe('So long after the first message, if nobody has acknowledged it.'),
    channels: channelIds.describe('Ids of the channels.'),
    from: z.enum(severities).default('info').describe('Of what is less grave than this they are not told.'),
  })
  .meta({ id: 'NotifyGroup', description: 'Channels that are told at the same time.' });

const notify = z
  .array(
    z.union([id, group], {
      error: 'must be the id of a channel, or a group such as { after: 10m, channels: [phone] }',
    }),
  )
  .min(1)
  .max(20);

const network = z.string().refine(isCidr, {
  error: 'is not a network; write it as address/bits, such as 198.51.100.7/32, or one address',
});

const exits = z
  .strictObject({
    addresses: z
      .array(network)
      .min(1)
      .max(50)
      .describe('Addresses or networks of the VPN exits, IPv4 and IPv6.'),
    provider: z
      .array(network)
      .max(50)
      .default([])
      .describe(
        'Networks of the VPN provider: a message from another address of these is asked about instead of called a leak.',
      ),
  })
  .meta({ id: 'Exits', description: 'The addresses that the house shows to the world.' });

const site = z
  .strictObject({
    id: id.describe('Id of the site.'),
    name: label.optional().describe('What people call it; its id if left out.'),
    timezone: timezone.optional().describe('IANA name; the time zone of the file if left out.'),
    policy: id.default('default').describe('Name of the policy that it is judged by.'),
    notify: notify
      .optional()
      .describe(
        'Who is told: ids of channels, or groups of them, of which the later ones are told when nobody has acknowledged in time. All channels at once if left out.',
      ),
    allowAddresses: z
      .array(allowed)
      .max(50)
      .default([])
      .describe(
        'Networks that are not public, but that targets of this site may be in. A metadata server only as one address.',
      ),
    targets: z.array(target).default([]).describe('What is probed.'),
    signers: z.array(signer).default([]).describe('Validator clients whose signing is watched.'),
    heartbeats: z.array(heartbeat).max(20).default([]).describe('Senders in the house.'),
    exits: exits
      .optional()
      .describe(
        'Where messages of the house may come from: what comes from elsewhere proves nothing, and twice is a leak of the VPN. Without it every address is taken.',
      ),
  })
  .meta({ id: 'Site', description: 'One basement.' });

const maintenance = z
  .strictObject({
    site: id.describe('Id of the site.'),
    subject: id
      .optional()
      .describe(
        'Id of one of its targets or signers, or a chain of its signers; the whole site if left out.',
      ),
    from: moment.describe('When it begins, with offset, such as 2026-12-01T22:00:00Z.'),
    until: moment.describe('When it ends; at most 31 days after it begins.'),
    why: label.describe('What is being done.'),
  })
  .meta({ id: 'Maintenance', description: 'A time in which nobody is told of a site or a part of it.' });

const linkKeys = {
  linkKey: secretReference
    .optional()
    .describe(
      'Signs links that open the view, those in messages too; at least 32 characters. Without it only `watchdog status --link` makes some, signed by way of the token.',
    ),
  previousLinkKey: secretReference
    .optional()
    .describe('The key before: links that it signed still work, so that a key can be changed.'),
};

const badge = (byDefault: 'private' | 'public') =>
  z
    .enum(['private', 'public'])
    .default(byDefault)
    .describe(
      'Who may fetch the badge of a site, a picture of one word: everybody, or who may see the view.',
    );

const shown = z
  .array(z.enum(shownParts))
  .default(['incidents', 'history'])
  .superRefine((parts, context) => {
    for (const [index, part] of parts.entries()) {
      if (parts.indexOf(part) === index) continue;
      context.addIssue({
        code: 'custom',
        path: [index],
        message: 'is named for the second time; name it once',
      });
    }
  })
  .describe(
    'What everybody sees beside the headline of each site. No address, node, holder or name of a person is in any of it.',
  );

const status = z
  .discriminatedUnion('access', [
    z.strictObject({
      access: z.literal('token').describe('Only who shows the token, or opens a signed link, sees it.'),
      token: secretReference
        .prefault({ env: 'STATUS_TOKEN' })
        .describe('The token; with 24 characters or more it also signs links that open the view.'),
      ...linkKeys,
      badge: badge('private'),
    }),
    z.strictObject({
      access: z.literal('public').describe('Everybody sees what `show` names.'),
      show: shown,
      token: secretReference
        .optional()
        .describe('Whoever shows it sees all; without it nobody does by token.'),
      ...linkKeys,
      badge: badge('public'),
    }),
  ])
  .prefault({ access: 'token' })
  .describe('Who may see the status.');

const publicUrl = z
  .url({ protocol: /^https?$/, error: 'is not an address; write it as https://…' })
  .refine((text) => {
    const url = URL.parse(text);
    return (
      url !== null &&
      (url.protocol === 'https:' || isThisMachine(url)) &&
      url.hash === '' &&
      url.username === ''
    );
  }, 'must be https (or http on this machine), without a fragment and without a password')
  .max(500);

const links = z
  .strictObject({
    status: publicUrl.optional().describe('Where people see how the sites are; every message links to it.'),
    runbook: publicUrl
      .optional()
      .describe(
        'Your page of what to do; every message links to it, with the verdict as fragment, e.g. #dark.',
      ),
  })
  .prefault({})
  .describe('Where messages lead to.');

const acknowledge = z
  .strictObject({
    url: publicUrl.describe('The address of the function `ack`, as people reach it from their phone.'),
    key: secretReference.describe('Signs the links in messages; at least 32 characters.'),
    previousKey: secretReference
      .optional()
      .describe('The key before: links that it signed still work, so that a key can be changed.'),
    validFor: duration({ min: '1h', max: '30d' })
      .prefault('3d')
      .describe('How long the link of a message works.'),
    token: secretReference
      .optional()
      .describe('Whoever shows it may acknowledge and mute from the command line; without it nobody may.'),
    telegram: z
      .strictObject({
        channel: id.describe('Id of the channel of kind telegram whose bot listens.'),
        secret: secretReference.describe(
          'The secret_token that the webhook of the bot was set with; requests without it are refused.',
        ),
      })
      .optional()
      .describe('Lets people reply "ack" and ask /status in the chat.'),
    pagerduty: z
      .strictObject({ secret: secretReference.describe('Signing secret of the V3 webhook subscription.') })
      .optional()
      .describe('Takes over acknowledgements that are given in PagerDuty.'),
  })
  .optional()
  .describe(
    'How people acknowledge; without it messages carry no link, and reminders stop only when all is well.',
  );

const gate = z
  .strictObject({
    url: publicUrl.describe(
      'The address of the function `gate`, as fences reach it; the identity tokens of cloud nodes are for it.',
    ),
    key: secretReference.describe(
      'Signs what fences are told: an Ed25519 private key in PEM. Fences know its public half.',
    ),
    previousKey: secretReference
      .optional()
      .describe('The key before: it signs as well, until every fence knows the new one.'),
    publicKeys: z
      .array(
        z
          .string()
          .regex(
            /^[A-Za-z0-9+/]{43}=$/,
            'is no public key of Ed25519; write its 32 bytes in base64: openssl pkey -in KEY -pubout -outform DER | tail -c 32 | base64',
          ),
      )
      .min(1)
      .max(2)
      .describe(
        'The public halves of these keys, in base64. Fences check answers by them; commands for a client are printed with them.',
      ),
  })
  .optional()
  .describe('What fences ask before their client may sign; without it nobody is fenced.');

const selfWatch = z
  .strictObject({
    ping: secretReference.describe(
      'Address at a service such as healthchecks.io, which raises the alarm when no ping comes; use {env: DEADMAN_URL}.',
    ),
  })
  .optional()
  .describe('Who notices when the watchdog itself is gone; without it nobody does.');

export const fileSchema = z
  .strictObject({
    timezone: timezone.default('UTC').describe('IANA name; for quiet hours and times in messages.'),
    sites: z
      .array(site)
      .min(1)
      .max(200)
      .describe('What is watched; the first also tells of the watchdog itself.'),
    channels: z.array(channel).min(1).max(20).describe('How people are told.'),
    references: z
      .array(reference)
      .max(10)
      .prefault([...defaultReferences])
      .describe(
        "At least two hosts of two operators that are always up: they show whether the watchdog's own network works.",
      ),
    policies,
    maintenance: z.array(maintenance).max(500).default([]).describe('Times in which nobody is told.'),
    status,
    links,
    acknowledge,
    gate,
    selfWatch,
    standbys,
  })
  .describe('The configuration of basement-watchdog.');

export type File = z.output<typeof fileSchema>;
export type Channel = z.output<typeof channel>;
