// The incidents that were open on a day, by name as long as there are not too many.
import type { Incident } from '../incident.ts';
import { subjectKey } from '../incident.ts';
import { compareSeverity, severities, type Severity } from '../severity.ts';
import { type DayIncident, type DayRollup, mostDayIncidents } from './history.ts';

export type Listed = Pick<DayRollup, 'incidents' | 'moreIncidents'>;

const dayIncident = ({ id, subject, kind, severity, openedAt, resolvedAt }: Incident): DayIncident => ({
  id,
  subject: subjectKey(subject),
  kind,
  severity,
  openedAt,
  resolvedAt,
});

const isSeverity = (word: string): word is Severity => severities.some((each) => each === word);
const gravityOf = ({ severity }: DayIncident): Severity => (isSeverity(severity) ? severity : 'info');

const inOrder = (a: DayIncident, b: DayIncident): number =>
  a.openedAt - b.openedAt || (a.id < b.id ? -1 : Number(a.id > b.id));

/** Of too many the gravest are kept, of equally grave ones the earliest; all in the order in which they were opened. */
function listed(incidents: readonly DayIncident[], more: number): Listed {
  const gravest = incidents.toSorted((a, b) => compareSeverity(gravityOf(b), gravityOf(a)) || inOrder(a, b));
  return {
    incidents: gravest.slice(0, mostDayIncidents).toSorted(inOrder),
    moreIncidents: more + Math.max(0, incidents.length - mostDayIncidents),
  };
}

/** Takes incidents in as they are now; of those that are not in the list already only the ones that are new to the day. */
export function withIncidents<Some extends Listed>(
  day: Some,
  incidents: readonly Incident[],
  isNew: (id: string) => boolean,
): Some {
  if (incidents.length === 0) return day;
  const known = new Map(day.incidents.map((each) => [each.id, each]));
  for (const incident of incidents) {
    if (known.has(incident.id) || isNew(incident.id)) known.set(incident.id, dayIncident(incident));
  }
  return { ...day, ...listed([...known.values()], day.moreIncidents) };
}

/** Of the same incident, what was known last: that it is over is never taken back. */
function later(a: DayIncident, b: DayIncident): DayIncident {
  const over = (each: DayIncident): number => each.resolvedAt ?? Number.NEGATIVE_INFINITY;
  if (over(a) !== over(b)) return over(a) > over(b) ? a : b;
  return JSON.stringify(a) >= JSON.stringify(b) ? a : b;
}

/** All that is in either list; one that is in both counts once. */
export function mergeListed(a: Listed, b: Listed): Listed {
  const all = new Map(a.incidents.map((each) => [each.id, each]));
  for (const each of b.incidents) {
    const before = all.get(each.id);
    all.set(each.id, before === undefined ? each : later(before, each));
  }
  return listed([...all.values()], a.moreIncidents + b.moreIncidents);
}
