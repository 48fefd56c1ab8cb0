// An incident's name, its timeline, and what it takes over from a problem.
import { describe, expect, test } from 'vitest';
import {
  describeProblem,
  incidentId,
  openIncident,
  record,
  subjectKey,
} from '../../functions/domain/incident.ts';
import { openIncidentIds } from '../../functions/domain/memory.ts';
import { isPage, itemOf, noticeKinds } from '../../functions/domain/notice.ts';
import { messageId } from '../../functions/domain/outbox.ts';
import { compareSeverity, severities } from '../../functions/domain/severity.ts';
import { step } from '../../functions/domain/step.ts';
import { all, findingsOf, incidentOf, minute, problemOf, siteRules, start } from '../support/site.ts';

const subject = { kind: 'target', id: 'eth' } as const;

describe('ids', () => {
  test('of an incident: site, subject and the second of its opening', () => {
    expect(incidentId('home', subject, start + 999)).toBe('home.target.eth.20261123T020000Z');
    expect(incidentId('home', subject, start + 1_000)).toBe('home.target.eth.20261123T020001Z');
  });
  test('of a subject and of a message', () => {
    expect(subjectKey(subject)).toBe('target/eth');
    expect(messageId('home.target.eth.20261123T020000Z', 2, 'phone')).toBe(
      'home.target.eth.20261123T020000Z.2.phone',
    );
  });
});

describe('an incident', () => {
  const lines = ['1', '2', '3', '4', '5', '6', '7', '8'];

  test('begins with nobody told', () => {
    const incident = openIncident('home', subject, problemOf({ evidence: lines }), start - minute, start);
    expect(incident).toEqual(
      incidentOf({ evidence: lines.slice(0, 6), since: start - minute, openedAt: start }),
    );
  });

  test('takes over what the problem is now, and tells of it', () => {
    const problem = problemOf({ kind: 'dark', severity: 'critical', summary: 'dark', evidence: lines });
    const incident = describeProblem(incidentOf(), problem, start + minute);
    expect(incident).toMatchObject({
      kind: 'dark',
      severity: 'critical',
      summary: 'dark',
      evidence: lines.slice(0, 6),
    });
    expect(incident.timeline.at(-1)).toEqual({ at: start + minute, event: 'changed', text: 'dark: dark' });
    expect(incident).toMatchObject({ id: incidentOf().id, since: start, announced: null });
  });

  test('keeps beginning and end of a long timeline, of 200 entries at most', () => {
    let incident = incidentOf();
    for (let entry = 1; entry < 200; entry += 1)
      incident = record(incident, start + entry, 'relapsed', `${entry}`);
    expect(incident.timeline.map(({ at }) => at - start)).toEqual(
      Array.from({ length: 200 }, (_, index) => index),
    );
    for (let entry = 200; entry < 300; entry += 1) {
      incident = record(incident, start + entry, 'relapsed', `${entry}`);
      expect(incident.timeline, `${entry}`).toHaveLength(200);
    }
    const kept = incident.timeline.map(({ at }) => at - start);
    expect(kept.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(kept.slice(50)).toEqual(Array.from({ length: 150 }, (_, index) => 150 + index));
  });

  test('is not changed by what is recorded of it', () => {
    const incident = incidentOf();
    record(incident, start, 'told', 'x');
    expect(incident).toEqual(incidentOf());
  });
});

describe('what is told of it', () => {
  test('an item says what, since when and why', () => {
    const incident = incidentOf({ evidence: ['eth: timeout'] });
    expect(itemOf(incident, [])).toEqual({
      incident: incident.id,
      subject,
      problem: 'unreachable',
      summary: 'it does not answer',
      evidence: ['eth: timeout'],
      since: start,
      changes: [],
      costs: [],
      doing: [],
    });
  });

  test('what begins, what grew graver, what nobody reacted to and what is said past the store are pages; the rest is news', () => {
    expect(noticeKinds.filter(isPage)).toEqual(['opened', 'raised', 'escalated', 'reminder', 'direct']);
  });

  test('severities are ordered', () => {
    expect(severities.toSorted(compareSeverity)).toEqual(['info', 'warning', 'critical']);
    expect(compareSeverity('info', 'critical')).toBeLessThan(0);
    expect(compareSeverity('critical', 'warning')).toBeGreaterThan(0);
    expect(compareSeverity('warning', 'warning')).toBe(0);
  });
});

test('the open incidents of a site are those that its subjects name; a suspicion is none', () => {
  const rules = siteRules();
  const play = (qualities: Parameters<typeof findingsOf>[1]) =>
    step(null, { rules, findings: findingsOf(rules, qualities), scheduledAt: start }).memory.state;
  expect(openIncidentIds(play({ qualities: all(rules, 'inbound', 'bad') }))).toEqual([
    'home.site.home.20261123T020000Z',
  ]);
  expect(openIncidentIds(play({ qualities: { eth: 'bad' } }))).toEqual([]);
});
