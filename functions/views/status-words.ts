// How the sites are, in a few plain lines: for a chat.
import type { Incident } from '../domain/incident.ts';
import type { Memory } from '../domain/memory.ts';
import type { SiteRules } from '../domain/policy.ts';
import { isStale } from './status.ts';
import { duration } from './time.ts';
import { verdictWords } from './verdict.ts';

/** One open incident in one line. */
export function incidentLine(incident: Incident, at: number): string {
  const { severity, summary, since, subject } = incident;
  const name = subject.kind === 'site' || subject.kind === 'self' ? '' : `${subject.id}: `;
  const text = summary.startsWith(subject.id) ? summary : `${name}${summary}`;
  return `${severity}: ${text}, for ${duration(at - since)}`;
}

function siteLines(rules: SiteRules, memory: Memory | undefined, at: number): string[] {
  if (memory === undefined) return [`${rules.name}: nobody has looked yet`];
  const { state, incidents } = memory;
  const { verdict } = state.judgement;
  const age = at - state.tick.at;
  const looked = isStale(rules, state.tick.at, at)
    ? `NOBODY IS WATCHING: the last look was ${duration(age)} ago`
    : `looked ${duration(age)} ago`;
  const open = Object.values(incidents).toSorted((a, b) => a.since - b.since);
  return [
    `${rules.name}: ${verdict}, ${verdictWords[verdict]}, for ${duration(at - state.verdictSince)}; ${looked}`,
    ...open.map((incident) => {
      const by = incident.ack === null ? '' : `; acknowledged by ${incident.ack.by}`;
      return `- ${incidentLine(incident, at)}${by}`;
    }),
  ];
}

export function statusWords(
  sites: readonly SiteRules[],
  memories: ReadonlyMap<string, Memory>,
  at: number,
): string {
  return sites.flatMap((site) => siteLines(site, memories.get(site.id), at)).join('\n');
}
