// Which machines are told of because they have run for long.
import { describe, expect, test } from 'vitest';
import { oldMachines, type Machines } from '../../../functions/domain/standby/old.ts';
import type { Orphan } from '../../../functions/domain/standby/standby.ts';
import { hour, start } from '../../support/site.ts';
import { attemptOf, nodeOf, seenOf } from '../../support/standby-house.ts';

const at = start + 72 * hour + 1;
const nobody: Machines = { standbys: [], drills: [], orphans: [] };
const orphan: Orphan = {
  kind: 'instance',
  name: 'bw-lost-1',
  zone: 'eu-1-b',
  signer: null,
  firstSeenAt: start,
  deletesAt: null,
  text: 'nobody wants it',
  requestId: null,
};
const old = (machines: Partial<Machines>, when = at) =>
  oldMachines({ ...nobody, ...machines }, { at: when, afterMs: 72 * hour });
const standby = (over: Parameters<typeof seenOf>[0]) => ({
  signer: 'alpha',
  wanted: null,
  seen: seenOf(over),
});

describe('a machine', () => {
  test('of a standby, of a drill and of nobody is told of once it is older than that, the oldest first', () => {
    const run = { phase: 'synced', attempt: attemptOf(), node: nodeOf({ createdAt: start - hour }) } as const;
    expect(old({ standbys: [standby(run)], orphans: [orphan] })).toEqual([
      { name: 'bw-alpha-1-01234567', zone: 'eu-1-a', hours: 73, purpose: 'standby' },
      { name: 'bw-lost-1', zone: 'eu-1-b', hours: 72, purpose: 'orphan' },
    ]);
    expect(old({ orphans: [orphan] }, at - 1)).toEqual([]);
  });

  test('whose time Compute does not say counts from when it was accepted', () => {
    const run = { phase: 'booting', attempt: attemptOf({ acceptedAt: start }), node: null } as const;
    expect(old({ standbys: [standby(run)] })).toMatchObject([{ hours: 72 }]);
  });

  test.each([
    ['that was never accepted', { phase: 'creating', attempt: attemptOf({ acceptedAt: null }) }],
    ['that is gone', { phase: 'gone', attempt: attemptOf() }],
    ['that was never tried', { phase: 'waiting', attempt: null }],
  ] as const)('%s is none', (_, over) => {
    expect(old({ standbys: [standby(over)] })).toEqual([]);
  });

  test('is no disk that was left behind', () => {
    expect(old({ orphans: [{ ...orphan, kind: 'disk' }] })).toEqual([]);
  });
});
