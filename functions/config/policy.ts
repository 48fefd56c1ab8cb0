// Policies as they are written: every number of the judgement with its unit, its bounds and its default.
import { z } from 'zod';
import { agreements, type Policy } from '../domain/policy.ts';
import { duration } from '../kit/duration.ts';
import { id } from './fields.ts';
import { standbyWaits } from './standby-waits.ts';

/** A tick's probes end after 25 s; what one target may take is bounded well below that. */
const longestProbeMs = 20_000;

const confirm = (ticks: number) =>
  z
    .strictObject({
      confirmTicks: z
        .int()
        .min(1)
        .max(60)
        .default(ticks)
        .describe('So many ticks (minutes) in a row must say so before a person is told.'),
    })
    .prefault({});

const probing = z
  .strictObject({
    timeout: duration({ min: '100ms', max: '15s' }).prefault('5s').describe('Deadline of one probe.'),
    burst: z
      .int()
      .min(0)
      .max(5)
      .default(2)
      .describe('How many times a target that changed is probed again within the same tick.'),
    burstGap: duration({ min: '100ms', max: '5s' })
      .prefault('2s')
      .describe('Time between the starts of these repeated probes.'),
    burstTimeout: duration({ min: '100ms', max: '10s' })
      .prefault('3s')
      .describe('Deadline of each repeated probe.'),
  })
  .refine((p) => p.timeout + Math.max(0, p.burst - 1) * p.burstGap + p.burstTimeout <= longestProbeMs, {
    error:
      'takes over 20s for one target (timeout + gaps of the burst + burstTimeout), and a tick ends after 25s; lower one of them',
  })
  .prefault({})
  .describe('How a target is probed.');

const minuteMs = 60_000;

const interval = (otherwise: string) =>
  z.union([z.literal('never').transform(() => null), duration({ min: '1m', max: '7d' })]).prefault(otherwise);

const life = z
  .strictObject({
    margin: duration({ min: '0s', max: '5m' })
      .prefault('30s')
      .describe('Something shows life only if it happened later than the first bad tick by this much.'),
    signatureFresh: duration({ min: '1m', max: '2h' })
      .prefault('15m')
      .describe('How long a signature counts as life after its slot or height.'),
  })
  .prefault({})
  .describe('What counts as a sign of life of the house.');

const signing = z
  .strictObject({
    epochs: z
      .int()
      .min(2)
      .max(100)
      .default(3)
      .describe('Ethereum: so many finished epochs without a signature are silence.'),
    heights: z
      .int()
      .min(10)
      .max(10_000)
      .default(60)
      .describe('Berachain and CometBFT: so many heights in a row without a signature are silence,'),
    heightsLast: duration({ min: '10s', max: '1h' })
      .prefault('3m')
      .describe('if they also lasted this long.'),
    afterReturn: duration({ min: '0s', max: '6h' })
      .prefault('30m')
      .describe(
        'After the house was dark its signers have this long to catch up before their silence counts.',
      ),
    ethereumStalled: duration({ min: '1m', max: '1h' })
      .prefault('5m')
      .describe('Ethereum stands still when the heads of all of at least 2 operators are older than this.'),
    cometbftStalled: duration({ min: '10s', max: '1h' })
      .prefault('60s')
      .describe('The same for Berachain and CometBFT.'),
  })
  .prefault({})
  .transform((s): Policy['signing'] => {
    const heights = {
      silentUnits: s.heights,
      silentMs: s.heightsLast,
      freshMs: Math.max(s.heightsLast, 5 * minuteMs),
      stalledMs: s.cometbftStalled,
      sourceFreshMs: 3 * minuteMs,
    };
    return {
      chains: {
        ethereum: {
          silentUnits: s.epochs,
          silentMs: 0,
          // A validator attests once an epoch at any slot of it, and blocks are read a little later.
          freshMs: 25 * minuteMs,
          stalledMs: s.ethereumStalled,
          sourceFreshMs: 3 * minuteMs,
        },
        berachain: heights,
        cometbft: heights,
      },
      afterReturnMs: s.afterReturn,
    };
  })
  .describe('When a signer that shows no signature is silent, and when a chain stands still.');

const clockTime = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, {
  error: 'is not a time of day; write "HH:MM" from "00:00" to "23:59"',
});

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

const quietHours = z
  .strictObject({
    from: clockTime.describe('Local time of the site, HH:MM.'),
    to: clockTime.describe('Local time of the site, HH:MM; earlier than `from` means the next morning.'),
  })
  .refine((hours) => hours.from !== hours.to, {
    error: 'begin and end at the same time, so they would never be; write two times or leave them out',
  })
  .nullable()
  .default(null)
  .describe('Warnings wait until these hours are over. Critical pages never wait.');

/** One policy; what is left out has its default. The result is domain's `Policy`. */
export const policy = z
  .strictObject({
    probe: probing,
    life,
    signing,
    dark: confirm(1).describe('Nothing answers and nothing shows life.'),
    vpnDown: confirm(1).describe('The same, and the VPN exit itself is unreachable.'),
    inboundLost: confirm(2).describe('The way in is broken, but the house lives.'),
    notSigning: confirm(1).describe('A signer is silent in a house that lives.'),
    degraded: confirm(2).describe('Some targets are bad.'),
    blind: confirm(3).describe("The watchdog's own network fails."),
    unknown: z
      .strictObject({
        after: duration({ min: '1m', max: '1d' })
          .prefault('15m')
          .describe('After this time without knowing a warning is sent.'),
      })
      .prefault({})
      .describe('The evidence allows no verdict.'),
    witness: z
      .strictObject({
        agree: z
          .enum(agreements)
          .default('majority')
          .describe(
            'How many of those who look (the watchdog and its witnesses) must see a target bad: any of them, the majority, or all.',
          ),
        disputed: duration({ min: '0s', max: '1h' })
          .prefault('5m')
          .describe(
            'Once they have disagreed for so long, what the watchdog sees itself counts: a witness that is wrong must not hide an outage.',
          ),
      })
      .prefault({})
      .describe('What a second look from another place is worth. Without a witness it means nothing.'),
    standby: standbyWaits,
    late: z
      .strictObject({
        after: duration({ min: '2m', max: '1h' })
          .prefault('3m')
          .describe('A look that comes so long after its time, or after the one before it, is late.'),
      })
      .prefault({})
      .describe("The watchdog's own looks come late, or did not come."),
    undelivered: z
      .strictObject({
        after: duration({ min: '2m', max: '1d' })
          .prefault('10m')
          .describe('A message that waits longer than this is trouble of its own.'),
      })
      .prefault({})
      .describe('Messages are not delivered.'),
    channelFailing: z
      .strictObject({
        times: z
          .int()
          .min(1)
          .max(50)
          .default(3)
          .describe('So many attempts in a row have failed before every other channel tells of it.'),
      })
      .prefault({})
      .describe('A channel does not accept messages.'),
    report: z
      .union(
        [
          z.literal('never').transform(() => null),
          z
            .strictObject({
              on: z.enum(weekdays).default('monday').describe('Day of the week.'),
              at: clockTime.default('09:00').describe('Local time of the site, HH:MM.'),
            })
            .transform(({ on, at }) => ({ weekday: weekdays.indexOf(on), time: at })),
        ],
        { error: 'must be "never", or a day and a time such as { on: monday, at: "09:00" }' },
      )
      .prefault({})
      .describe(
        'When the weekly report goes to every channel: whoever gets none any more knows that none would come.',
      ),
    recover: duration({ min: '30s', max: '1d' })
      .prefault('3m')
      .describe('How long something must be well without a break before its incident is resolved.'),
    remind: z
      .strictObject({
        critical: interval('15m').describe('While something critical holds.'),
        warning: interval('12h').describe('While a warning holds.'),
        info: interval('never').describe('While something holds that is told for information only.'),
      })
      .prefault({})
      .describe('How often people are told again of what still holds and nobody has acknowledged.'),
    acknowledgement: duration({ min: '10m', max: '7d' })
      .prefault('4h')
      .describe('How long the acknowledgement of a critical incident holds; then everybody is told again.'),
    gasp: duration({ min: '1m', max: '6h' })
      .prefault('30m')
      .describe('How long a power loss told by the UPS makes a following blackout certain.'),
    quietHours,
  })
  .transform((p): Policy => ({
    probe: {
      timeoutMs: p.probe.timeout,
      burst: p.probe.burst,
      burstGapMs: p.probe.burstGap,
      burstTimeoutMs: p.probe.burstTimeout,
    },
    life: { marginMs: p.life.margin, signatureFreshMs: p.life.signatureFresh },
    signing: p.signing,
    dark: p.dark,
    vpnDown: p.vpnDown,
    inboundLost: p.inboundLost,
    notSigning: p.notSigning,
    degraded: p.degraded,
    blind: p.blind,
    unknown: { afterMs: p.unknown.after },
    witness: { agree: p.witness.agree, disputedMs: p.witness.disputed },
    standby: p.standby,
    late: { afterMs: p.late.after },
    undelivered: { afterMs: p.undelivered.after },
    channelFailing: p.channelFailing,
    report: p.report,
    recoverMs: p.recover,
    gaspMs: p.gasp,
    remindMs: p.remind,
    ackMs: p.acknowledgement,
    quietHours: p.quietHours,
  }))
  .meta({ id: 'Policy', description: 'The numbers that a site is judged by.' });

type Mapping = Readonly<Record<string, unknown>>;

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function overlay(base: unknown, over: unknown): unknown {
  if (!isMapping(base) || !isMapping(over)) return over;
  const merged = Object.entries(over).map(([key, value]) => [key, overlay(base[key], value)] as const);
  return { ...base, ...Object.fromEntries(merged) };
}

/** Lays every named policy over `default`; a `default` with problems is left out, so that they are reported once. */
function overlayAll(raw: unknown): unknown {
  if (!isMapping(raw)) return raw;
  const base = raw['default'] ?? {};
  const usable = policy.safeParse(base).success ? base : {};
  const named = Object.entries(raw).map(([name, over]) => [name, overlay(usable, over)] as const);
  return Object.fromEntries([...named, ['default', base] as const]);
}

/** All policies by name. There is always one named `default`; each other says only where it differs from that. */
export const policies = z
  .preprocess(overlayAll, z.record(id, policy))
  .prefault({})
  .describe(
    'Policies by name. `default` always exists; a policy of another name says only where it differs from it.',
  );
