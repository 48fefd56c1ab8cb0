// Drills to test with: one that was synced in a bit over three hours, changed where a test says so.
import {
  type Drill,
  type DrillRecord,
  type DrillRun,
  type DrillWish,
  type Drilled,
  type Marks,
  noMarks,
} from '../../functions/domain/drill/drill.ts';
import type { DrillEvent } from '../../functions/domain/event.ts';
import { someTime } from './documents.ts';
import { seen } from './standbys.ts';

const second = 1_000;
const minute = 60 * second;

/** Created in 41 s, booted in 35 s, clients up after 2 min, synced after 3 h 12 min, from this time on. */
export function marks(over: Partial<Marks> = {}, begun = someTime): Marks {
  const running = begun + 41 * second;
  const reported = running + 35 * second;
  const syncing = reported + 2 * minute;
  return {
    ...noMarks,
    begun,
    running,
    reported,
    syncing,
    synced: syncing + 192 * minute,
    ...over,
  };
}

export function drillEvent(over: Partial<DrillEvent> = {}): DrillEvent {
  return {
    kind: 'drill',
    id: 'drill-1',
    site: 'home',
    signer: 'eth',
    mode: 'boot',
    isWeekly: false,
    why: 'a new template',
    by: 'anna',
    at: someTime,
    ...over,
  };
}

export function drillWish(over: Partial<DrillWish> = {}): DrillWish {
  return {
    id: 'drill-1',
    signer: 'eth',
    site: 'home',
    chain: 'ethereum',
    mode: 'sync',
    by: 'anna',
    why: 'a new template',
    at: someTime,
    ...over,
  };
}

export function drillRun(over: Partial<DrillRun> = {}): DrillRun {
  const wish = over.wish ?? drillWish();
  return {
    wish,
    marks: marks({ synced: null }),
    verdict: null,
    saving: null,
    failingSince: null,
    usedGib: 412.5,
    seen: seen({ wantedId: wish.id }),
    ...over,
  };
}

export const drill = (over: Partial<Drill> = {}): Drill => ({
  signer: 'eth',
  wish: drillWish(),
  run: null,
  ...over,
});

export function drillRecord(over: Partial<DrillRecord> = {}): DrillRecord {
  const known = over.marks ?? marks();
  return {
    id: 'drill-0',
    mode: 'sync',
    by: null,
    at: someTime - minute,
    endedAt: someTime + 200 * minute,
    outcome: 'passed',
    text: 'it was synced',
    marks: known,
    usedGib: 412.5,
    cost: 1.43,
    isWarm: false,
    ...over,
  };
}

/** After this one drill. */
export function drilled(record: DrillRecord = drillRecord(), over: Partial<Drilled> = {}): Drilled {
  return {
    last: record,
    told: record.outcome === 'gave-way' ? null : record,
    synced: record.marks.synced === null ? null : record,
    ...over,
  };
}
