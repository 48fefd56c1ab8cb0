// When nobody is to be paged: maintenance windows and quiet hours.
import type { Hold } from './incident.ts';
import { localMoment } from './local-time.ts';
import type { MaintenanceWindow, QuietHours, SiteRules } from './policy.ts';
import type { Severity } from './severity.ts';

const covers = (window: MaintenanceWindow, subject: string, at: number): boolean =>
  (window.subject === null || window.subject === subject) && window.from <= at && at < window.until;

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

function isQuiet(quiet: QuietHours, at: number, timezone: string): boolean {
  const now = minutesOf(localMoment(at, timezone).time);
  const from = minutesOf(quiet.from);
  const to = minutesOf(quiet.to);
  return from <= to ? from <= now && now < to : now >= from || now < to;
}

/** Why a message of this severity about this subject id has to wait now; null when it may go out. */
export function holdOf(rules: SiteRules, subject: string, severity: Severity, at: number): Hold | null {
  if (rules.maintenance.some((window) => covers(window, subject, at))) return 'maintenance';
  const { quietHours } = rules.policy;
  if (severity !== 'critical' && quietHours !== null && isQuiet(quietHours, at, rules.timezone))
    return 'quiet-hours';
  return null;
}
