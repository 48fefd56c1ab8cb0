// The order of places: zones, then regions, and after a rest all of them again.
import { describe, expect, test } from 'vitest';
import { nextSpot, placeRestMs } from '../../../functions/domain/standby/place.ts';
import type { Tried } from '../../../functions/domain/standby/standby.ts';
import { start } from '../../support/site.ts';
import { standbyRules } from '../../support/standby-house.ts';

const node = standbyRules().nodes.ethereum;
const tried = (zone: string, code: string, at = start): Tried => ({
  zone,
  region: zone.slice(0, 4),
  code,
  at,
});
const full = 'ZONE_RESOURCE_POOL_EXHAUSTED';

function zoneAfter(tries: readonly Tried[], at = start, roomSince: number | null = null): string | number {
  if (node === undefined) return 'no rules';
  const next = nextSpot(node, tries, { at, roomSince });
  return 'spot' in next ? next.spot.zone : next.notBefore;
}

describe('the next place', () => {
  test.each<[string, readonly Tried[], number, string | number]>([
    ['is the first', [], start, 'eu-1-a'],
    ['is the next zone', [tried('eu-1-a', full)], start, 'eu-1-b'],
    [
      'is the next region when both are full',
      [tried('eu-1-a', full), tried('eu-1-b', full)],
      start,
      'eu-2-a',
    ],
    ['is the next region at once when the quota is', [tried('eu-1-a', 'quotaExceeded')], start, 'eu-2-a'],
    ['is the same when the node went away', [tried('eu-1-a', 'VANISHED')], start, 'eu-1-a'],
    [
      'is none while all rest',
      [tried('eu-1-a', 'quotaExceeded'), tried('eu-2-a', full, start + 5)],
      start + 9,
      start + placeRestMs,
    ],
    [
      'is the first again after a rest',
      [tried('eu-1-a', full), tried('eu-1-b', full), tried('eu-2-a', full)],
      start + placeRestMs,
      'eu-1-a',
    ],
    [
      'is one that was not tried yet, before one that has rested',
      [tried('eu-1-a', full), tried('eu-1-b', full)],
      start + placeRestMs,
      'eu-2-a',
    ],
    [
      'does not wait for a time that a wrong clock wrote',
      [tried('eu-1-a', full, start * 2)],
      start,
      'eu-1-b',
    ],
  ])('%s', (_, tries, at, expected) => {
    expect(zoneAfter(tries, at)).toBe(expected);
  });

  test('does not wait for the end of a rest once a node of ours is gone that took the room', () => {
    const tries = [tried('eu-1-a', 'quotaExceeded'), tried('eu-2-a', 'quotaExceeded', start + 5)];
    expect(zoneAfter(tries, start + 60)).toBe(start + placeRestMs);
    expect(zoneAfter(tries, start + 60, start + 6)).toBe('eu-1-a');
    // What was refused since then is not the fault of that node.
    expect(zoneAfter(tries, start + 60, start + 5)).toBe('eu-1-a');
    expect(zoneAfter([...tries, tried('eu-1-a', full, start + 7)], start + 60, start + 6)).toBe('eu-1-b');
  });
});
