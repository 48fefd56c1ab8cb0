// What waits to be told: maintenance and quiet hours.
import { describe, expect, test } from 'vitest';
import { announce } from '../../functions/domain/announce.ts';
import type { Incident, Subject } from '../../functions/domain/incident.ts';
import type { SiteRules } from '../../functions/domain/policy.ts';
import { hour, incidentOf, siteRules, start, withPolicy } from '../support/site.ts';

const open = { rules: siteRules(), at: start, isOpen: () => true, costsOf: () => [] };
const on = (id: string, over: Partial<Incident> = {}): Incident =>
  incidentOf({ subject: { kind: 'target', id }, ...over });

const told = { announced: 'warning', told: ['phone', 'mail'], rounds: 1 } as const;

const works = (subject: string | null): SiteRules =>
  siteRules({ maintenance: [{ subject, from: start, until: start + hour, why: 'a new disk' }] });
// 03:00 in Berlin.
const night = withPolicy({ quietHours: { from: '22:00', to: '07:00' } });
const site = (over: Partial<Incident>): Incident =>
  incidentOf({ subject: { kind: 'site', id: 'home' }, kind: 'dark', severity: 'critical', ...over });
const self: Subject = { kind: 'self', id: 'home' };

const holds: [string, SiteRules, Incident, string][] = [
  ['maintenance holds a page', works(null), site({}), 'held maintenance'],
  ['maintenance of another subject does not', works('ssh'), on('eth'), 'opened'],
  ['maintenance of this subject does', works('eth'), on('eth'), 'held maintenance'],
  ['maintenance holds what grew graver', works(null), site({ ...told }), 'held maintenance'],
  [
    'maintenance holds what grew milder',
    works(null),
    on('eth', { ...told, severity: 'info' }),
    'held maintenance',
  ],
  ['maintenance does not hold the end', works(null), on('eth', { ...told, resolvedAt: start }), 'resolved'],
  [
    "the house's maintenance does not mute the watcher",
    works(null),
    site({ subject: self, kind: 'blind' }),
    'opened',
  ],
  ['quiet hours hold a warning', night, on('eth'), 'held quiet-hours'],
  ['quiet hours never hold a critical page', night, site({}), 'opened'],
  ['nor one that became critical', night, on('eth', { ...told, severity: 'critical' }), 'raised'],
  [
    'quiet hours do not hold what grew milder: somebody is awake',
    night,
    on('eth', { ...told, severity: 'info' }),
    'lowered',
  ],
  ['quiet hours do not hold the end', night, on('eth', { ...told, resolvedAt: start }), 'resolved'],
  [
    "quiet hours hold the watcher's own warnings",
    night,
    site({ subject: self, kind: 'unknown', severity: 'warning' }),
    'held quiet-hours',
  ],
];

describe('holds', () => {
  test.each(holds)('%s', (_, rules, incident, expected) => {
    const { rows, incidents } = announce([incident], { ...open, rules });
    const what = rows[0]?.notice.kind ?? `held ${incidents[0]?.held}`;
    expect(what).toBe(expected);
    expect(rows.length > 0).toBe(!expected.startsWith('held'));
  });

  test('that something is held is recorded once, and again only for another reason', () => {
    const first = announce([on('eth')], { ...open, rules: works(null) }).incidents[0];
    if (first === undefined) throw new Error('nothing was held');
    expect(first.timeline.at(-1)).toEqual({ at: start, event: 'held', text: 'opened not told: maintenance' });
    expect(announce([first], { ...open, rules: works(null) })).toEqual({ rows: [], incidents: [] });
    expect(announce([first], { ...open, rules: night }).incidents[0]?.held).toBe('quiet-hours');
  });

  test('when the window is over it is told, late but once', () => {
    const held = announce([on('eth')], { ...open, rules: works(null) }).incidents;
    const { rows, incidents } = announce(held, { ...open, rules: works(null), at: start + hour });
    expect(rows.map((row) => row.notice.kind)).toEqual(['opened', 'opened']);
    expect(incidents[0]?.held).toBeNull();
  });
});
