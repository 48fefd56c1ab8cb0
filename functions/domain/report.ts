// Once a week the watchdog says how it was: whoever gets no such message any more learns that nobody would tell them of an outage either.
import type { Week } from './memory.ts';
import { localMoment } from './local-time.ts';
import { channelsOf } from './observe-own.ts';
import { messageId, type OutboxRow } from './outbox.ts';
import type { SiteRules } from './policy.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** True from the agreed hour of the agreed day on; when that day was missed, as soon as a week has gone by anyhow. */
export function isReportDue(
  from: number,
  at: number,
  { policy, timezone }: Pick<SiteRules, 'policy' | 'timezone'>,
): boolean {
  const { report } = policy;
  if (report === null || at - from < 6 * dayMs) return false;
  if (at - from >= 8 * dayMs) return true;
  const { weekday, time } = localMoment(at, timezone);
  return weekday === report.weekday && time >= report.time;
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

function linesOf(week: Week, at: number): string[] {
  const due = Math.max(1, Math.round((at - week.from) / minuteMs));
  const parts = Math.min(100, Math.floor((week.ticks / due) * 1000) / 10);
  return [
    `${week.ticks} looks of ${due} that were due (${parts} %); the latest came ${seconds(week.worstLatenessMs)} late, the longest time between two was ${seconds(week.worstGapMs)}`,
    `${week.opened} incidents were opened, and ${week.pages} messages woke somebody`,
  ];
}

/** The report as a message to every channel of the site: that it arrives is the test of the channel. */
export function reportRows(week: Week, rules: SiteRules, at: number): OutboxRow[] {
  const stamp = new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
  const incident = `${rules.id}.self.report.${stamp}`;
  return channelsOf(rules).map((channel) => ({
    id: messageId(incident, 0, channel),
    site: rules.id,
    channel,
    notice: {
      kind: 'report',
      severity: 'info',
      site: rules.id,
      siteName: rules.name,
      timezone: rules.timezone,
      at,
      thread: incident,
      isThreadOver: true,
      acknowledgedBy: null,
      told: [],
      before: null,
      items: [
        {
          incident,
          subject: { kind: 'self', id: rules.id },
          problem: 'report',
          summary: 'this is the weekly report of the watchdog: it is there, and this channel works',
          evidence: linesOf(week, at),
          since: week.from,
          changes: [],
          costs: [],
        },
      ],
    },
    after: [],
    createdAt: at,
    state: 'waiting',
    dueAt: at,
    lease: null,
    attempts: 0,
    outcome: null,
    settledAt: null,
  }));
}
