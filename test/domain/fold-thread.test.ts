// One answer acknowledges everything that one page told of, whatever of it is over already.
import { expect, test } from 'vitest';
import { fold } from '../../functions/domain/fold.ts';
import type { Incident } from '../../functions/domain/incident.ts';
import { siteState } from '../support/documents.ts';
import { defaultPolicy, incidentOf, start } from '../support/site.ts';

const told = (id: string, thread: string | null): Incident =>
  incidentOf({ subject: { kind: 'target', id }, id, thread, announced: thread === null ? null : 'warning' });

function acknowledged(incidents: readonly Incident[], incident: string): string[] {
  const memory = {
    state: siteState(),
    incidents: Object.fromEntries(incidents.map((each) => [each.id, each])),
  };
  const event = { id: 'e', site: 'home', at: start, by: 'Ada', kind: 'ack', incident } as const;
  const { touched } = fold(memory, [{ ...event, severity: 'warning' }], { at: start, policy: defaultPolicy });
  return touched.map((each) => each.id);
}

test('the page names its first incident, and that one is over: the others are acknowledged', () => {
  expect(acknowledged([told('b', 'a'), told('c', 'a'), told('d', 'd')], 'a')).toEqual(['b', 'c']);
});

test('any incident of a page stands for all of it', () => {
  expect(acknowledged([told('a', 'a'), told('b', 'a'), told('c', 'c')], 'b')).toEqual(['a', 'b']);
});

test('an incident that nobody was told of stands for itself', () => {
  expect(acknowledged([told('a', null), told('b', null)], 'a')).toEqual(['a']);
});
