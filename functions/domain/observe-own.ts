// The watchdog's own trouble: ticks that come late or not at all, messages that are not delivered, channels that fail.
import type { ChannelHealth, Delivery } from './delivery.ts';
import type { Problem, Subject } from './incident.ts';
import type { Observation } from './machine.ts';
import type { SiteRules } from './policy.ts';

export type Ticking = {
  /** How long after its time this tick came. */
  readonly latenessMs: number;
  /** How long after the tick before; null for the first. */
  readonly gapMs: number | null;
};

type Observed = { readonly subject: Subject; readonly observation: Observation };

const good: Observation = { status: 'good' };
const unknown: Observation = { status: 'unknown' };
const minutes = (ms: number): string => `${Math.round(ms / 60_000)} minutes`;

const bad = (wrong: Pick<Problem, 'kind' | 'severity' | 'summary' | 'evidence'>): Observation => ({
  status: 'bad',
  problem: { ...wrong, confirmTicks: 1, confirmMs: 0 },
});

function observeTicks({ latenessMs, gapMs }: Ticking, { policy }: SiteRules): Observation {
  const { afterMs } = policy.late;
  if (gapMs !== null && gapMs > afterMs) {
    return bad({
      kind: 'late',
      severity: 'warning',
      summary: `nobody was watching for ${minutes(gapMs)}`,
      evidence: [`no tick came in between, and one is due each minute`],
    });
  }
  if (latenessMs > afterMs) {
    return bad({
      kind: 'late',
      severity: 'warning',
      summary: `the watchdog looks ${minutes(latenessMs)} late`,
      evidence: ['the scheduler calls late, or what it calls is slow'],
    });
  }
  return good;
}

function observeOutbox({ waitingSince }: Delivery, at: number, { policy }: SiteRules): Observation {
  if (waitingSince === null || at - waitingSince <= policy.undelivered.afterMs) return good;
  return bad({
    kind: 'undelivered',
    severity: 'critical',
    summary: 'a message has not been delivered for too long',
    evidence: [`it was written ${minutes(at - waitingSince)} ago and still waits`],
  });
}

function observeChannel(health: ChannelHealth | undefined, at: number, { policy }: SiteRules): Observation {
  if (health === undefined) return unknown;
  const { failures, failingSince, outcome } = health;
  if (failures === 0) return good;
  if (failures < policy.channelFailing.times) return unknown;
  const lasting = failingSince === null ? '' : `, for ${minutes(at - failingSince)}`;
  return bad({
    kind: 'channel-failing',
    severity: 'critical',
    summary: `nothing arrives by this channel: ${failures} attempts in a row have failed${lasting}`,
    evidence: [outcome],
  });
}

/** The channels that a site tells by, each once. */
export const channelsOf = ({ notify }: SiteRules): string[] => [
  ...new Set(notify.flatMap(({ channels }) => channels)),
];

/** `delivery` is null when it was not looked at, which says nothing. The ticks are told of by one site only. */
export function observeOwn(
  rules: SiteRules,
  {
    at,
    ticking,
    delivery,
  }: { readonly at: number; readonly ticking: Ticking; readonly delivery: Delivery | null },
): Observed[] {
  const subject = (kind: Subject['kind']): Subject => ({ kind, id: rules.id });
  const ticks = rules.reportsSelf ? observeTicks(ticking, rules) : good;
  return [
    { subject: subject('ticks'), observation: ticks },
    {
      subject: subject('outbox'),
      observation: delivery === null ? unknown : observeOutbox(delivery, at, rules),
    },
    ...channelsOf(rules).map((id) => ({
      subject: { kind: 'channel' as const, id },
      observation: delivery === null ? unknown : observeChannel(delivery.channels[id], at, rules),
    })),
  ];
}
