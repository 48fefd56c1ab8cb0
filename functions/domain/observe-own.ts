// The watchdog's own trouble: ticks that come late or not at all, messages that are not delivered, channels that fail.
import type { ChannelHealth, Delivery } from './delivery.ts';
import { lasting } from './lasting.ts';
import type { Problem, Subject } from './incident.ts';
import type { Observation, SubjectState } from './machine.ts';
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
      summary: `nobody was watching for ${lasting(gapMs)}`,
      evidence: ['no look was taken in between, and one is due each minute: nothing called, or it failed'],
    });
  }
  if (latenessMs > afterMs) {
    return bad({
      kind: 'late',
      severity: 'warning',
      summary: `the watchdog looks ${lasting(latenessMs)} late`,
      evidence: ['the scheduler calls late, or what it calls is slow'],
    });
  }
  return good;
}

const isFailing = (health: ChannelHealth | undefined, { policy }: SiteRules): boolean =>
  health !== undefined && health.failures >= policy.channelFailing.times;

/** What waits for a channel that fails is that channel's trouble, and told as such. */
function observeOutbox({ waiting, channels }: Delivery, at: number, rules: SiteRules): Observation {
  const { afterMs } = rules.policy.undelivered;
  const late = Object.entries(waiting)
    .filter(([channel, since]) => at - since > afterMs && !isFailing(channels[channel], rules))
    .toSorted(([, a], [, b]) => a - b);
  if (late.length === 0) return good;
  return bad({
    kind: 'undelivered',
    severity: 'critical',
    summary: 'a message has not been delivered for too long',
    evidence: late.map(
      ([channel, since]) => `one to ${channel} was written ${lasting(at - since)} ago and still waits`,
    ),
  });
}

function observeChannel(health: ChannelHealth | undefined, at: number, rules: SiteRules): Observation {
  // Nothing is kept of one that never failed.
  if (health === undefined || health.failures === 0) return good;
  const { failures, failingSince, outcome } = health;
  if (!isFailing(health, rules)) return unknown;
  const since =
    failingSince === null || at - failingSince < 60_000 ? '' : `, for ${lasting(at - failingSince)}`;
  return bad({
    kind: 'channel-failing',
    severity: 'critical',
    summary: `nothing arrives by this channel: ${failures} attempts in a row have failed${since}`,
    evidence: [outcome],
  });
}

/** The channels that a site tells by, each once. */
export const channelsOf = ({ notify }: SiteRules): string[] => [
  ...new Set(notify.flatMap(({ channels }) => channels)),
];

type Subjects = Readonly<Record<string, SubjectState>>;

/** True while a channel or the outbox is in trouble or was a moment ago: then what became of messages must be looked at. */
export const isTellingInTrouble = (subjects: Subjects): boolean =>
  Object.keys(subjects).some((key) => key.startsWith('channel/') || key.startsWith('outbox/'));

/** True while people cannot be told: a message has waited for too long, or no channel at all accepts any. */
export function isNobodyTold(subjects: Subjects, rules: SiteRules): boolean {
  const isOpen = (key: string): boolean => subjects[key]?.phase === 'open';
  const channels = channelsOf(rules);
  const areAllFailing = channels.length > 0 && channels.every((id) => isOpen(`channel/${id}`));
  return isOpen(`outbox/${rules.id}`) || areAllFailing;
}

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
