// Once a week the watchdog says how it was: whoever gets no such message any more learns that nobody would tell them of an outage either.
import { stampOf } from './incident.ts';
import { lasting } from './lasting.ts';
import { localMoment, minuteOfDay } from './local-time.ts';
import { loneRows } from './lone-message.ts';
import type { Week } from './memory.ts';
import type { OutboxRow } from './outbox.ts';
import type { Policy, SiteRules } from './policy.ts';

const minuteMs = 60_000;
const weekMinutes = 7 * 24 * 60;
/** A week that is shorter than half of one is left to the next report. */
const shortestMs = (weekMinutes / 2) * minuteMs;

/** How long ago the agreed moment last was, to an hour on days on which clocks are changed. */
function sinceAgreedMs(at: number, report: NonNullable<Policy['report']>, timezone: string): number {
  const now = localMoment(at, timezone);
  const minutes = (now.weekday - report.weekday) * 24 * 60 + minuteOfDay(now.time) - minuteOfDay(report.time);
  return ((minutes + weekMinutes) % weekMinutes) * minuteMs;
}

/**
 * True once the agreed moment of the week has come, or as soon as possible after it when nobody was there then. Never less than half a week
 * after `from`, and after a gap at the agreed moment again.
 */
export function isReportDue(
  from: number,
  at: number,
  { policy, timezone }: Pick<SiteRules, 'policy' | 'timezone'>,
): boolean {
  const { report } = policy;
  if (report === null || at - from < shortestMs) return false;
  return at - sinceAgreedMs(at, report, timezone) - from >= shortestMs;
}

const brief = (ms: number): string => (ms < 120_000 ? `${Math.round(ms / 1000)} s` : lasting(ms));
const some = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${count} ${many}`;

function linesOf(week: Week, at: number): string[] {
  const due = Math.max(1, week.ticks, Math.round((at - week.from) / minuteMs));
  const part = Math.floor((week.ticks / due) * 1000) / 10;
  return [
    `${week.ticks} looks of ${due} that were due (${part} %); the latest came ${brief(week.worstLatenessMs)} late, and the longest time between two was ${brief(week.worstGapMs)}`,
    `${some(week.opened, 'incident was', 'incidents were')} opened, and ${some(week.pages, 'message', 'messages')} woke somebody`,
  ];
}

/** The report as a message to every channel of the site: that it arrives is the test of the channel. */
export function reportRows(week: Week, rules: SiteRules, at: number): OutboxRow[] {
  const thread = `${rules.id}.self.report.${stampOf(at)}`;
  return loneRows(rules, {
    id: thread,
    kind: 'report',
    severity: 'info',
    at,
    thread,
    isThreadOver: true,
    item: {
      subject: { kind: 'self', id: rules.id },
      problem: 'report',
      summary: 'the watchdog is there, and this channel works',
      evidence: linesOf(week, at),
      since: week.from,
      doing: [],
    },
  });
}
