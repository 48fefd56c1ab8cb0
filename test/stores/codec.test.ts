// Codecs: what is written is read back, and nothing else is read at all.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { codec, former, type Codec } from '../../functions/stores/codec.ts';
import {
  eventCodec,
  heardCodec,
  incidentCodec,
  rowCodec,
  siteCodec,
} from '../../functions/stores/documents.ts';
import { ackEvent, incident as someIncident, row, siteState, someTime } from '../support/documents.ts';
import { fenceReport } from '../support/fence.ts';
import { powerFact } from '../support/site.ts';
import { anyEvent, anyHeard, anyIncident, anyRow, anySite } from './arbitraries.ts';

function hasUndefined(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === undefined;
  return Object.values(value).some(hasUndefined);
}

function roundTrips<Value>(
  name: string,
  { read, write }: Codec<Value>,
  any: fc.Arbitrary<Value>,
  version = 1,
): void {
  test(`any ${name} document is read as it was written, by way of JSON, with its version and nothing undefined`, () => {
    fc.assert(
      fc.property(any, (value) => {
        const fields = write(name, value);
        expect(fields['schema']).toBe(version);
        expect(hasUndefined(fields)).toBe(false);
        expect(read(name, JSON.parse(JSON.stringify(fields)))).toEqual(value);
      }),
    );
  });
}

describe('documents', () => {
  roundTrips('site', siteCodec, anySite, 8);
  roundTrips('incident', incidentCodec, anyIncident, 4);
  roundTrips('outbox', rowCodec, anyRow, 4);
  roundTrips('heartbeats', heardCodec, anyHeard, 4);
  roundTrips('events', eventCodec, anyEvent, 4);
});

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, `../fixtures/documents/${name}.json`), 'utf8'));
}

test('an incident that the version before wrote is one about which nothing is being done', () => {
  const incident = incidentCodec.read('incidents/a', fixture('incident-3'));
  expect(incident).toEqual(someIncident({ doing: {} }));
  expect(incidentCodec.write('incidents/a', incident)).toMatchObject({ schema: 4 });
});

test('a message that the version before wrote is read as it is', () => {
  const read = rowCodec.read('outbox/a', fixture('outbox-3'));
  expect(read).toEqual(row());
  expect(rowCodec.write('outbox/a', read)).toMatchObject({ schema: 4 });
});

test('an event that the version before wrote is read as it is', () => {
  const read = eventCodec.read('events/a', fixture('event-3'));
  expect(read).toEqual(ackEvent());
  expect(eventCodec.write('events/a', read)).toMatchObject({ schema: 4 });
});

test('a site that the version before wrote is one of which nothing is counted yet, and nothing seen at a glance', () => {
  const state = siteCodec.read('sites/home', fixture('site-7'));
  expect(state).toEqual(siteState());
  expect(state.history).toMatchObject({
    today: { day: '2026-12-01', from: someTime, through: someTime, ticks: 0, targets: {} },
    yesterday: {},
    counted: [],
  });
  expect(siteCodec.write('sites/home', state)).toMatchObject({ schema: 8 });
});

test('what the version before wrote of a house is read: it told no ports', () => {
  const heard = heardCodec.read('heartbeats/home', fixture('heartbeats-3'));
  expect(heard).toEqual({
    beats: {
      cluster: {
        heardAt: 1796177647000,
        sentAt: 1796177646000,
        okAt: 1796177647000,
        startedAt: null,
        failure: null,
        clockBehindMs: 1000,
      },
    },
    power: { ups: { ...powerFact('on-battery', 1796177627000), saidAt: null } },
    alerts: [],
    moreAlerts: 0,
    strangers: [],
    fences: [fenceReport({ at: 1796177647000 })],
    ports: [],
    refusedPorts: [],
    waiting: 2,
  });
  expect(heardCodec.write('heartbeats/home', heard)).toMatchObject({ schema: 4 });
});

describe('a document that is not as it should be', () => {
  const good = siteCodec.write('sites/home', siteState());
  const cases: [string, unknown, string, string][] = [
    ['a field missing', { ...good, verdictSince: undefined }, 'ERR_DOCUMENT', 'verdictSince'],
    ['a field of the wrong kind', { ...good, createdAt: 'x' }, 'ERR_DOCUMENT', 'createdAt'],
    [
      'a nested field wrong',
      { ...good, tick: { scheduledAt: 1, at: 1.5, count: 1 } },
      'ERR_DOCUMENT',
      'tick.at',
    ],
    ['an unknown field', { ...good, extra: 1 }, 'ERR_DOCUMENT', 'extra'],
    [
      'an unknown nested field',
      { ...good, tick: { scheduledAt: 1, at: 1, count: 1, more: 2 } },
      'ERR_DOCUMENT',
      'tick.more',
    ],
    ['no version', { ...good, schema: undefined }, 'ERR_DOCUMENT', 'schema'],
    ['a version that was never written', { ...good, schema: 0 }, 'ERR_DOCUMENT', 'schema'],
    ['not even a map', 'text', 'ERR_DOCUMENT', '(whole document)'],
    ['a newer version', { ...good, schema: 9, tick: 'whatever' }, 'ERR_DOCUMENT_NEWER', 'schema 9'],
  ];
  test.each(cases)('with %s is refused by a name and a path', (_, fields, code, path) => {
    expect(() => siteCodec.read('sites/home', fields)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(path) }),
    );
    expect(() => siteCodec.read('sites/home', fields)).toThrow('sites/home');
  });

  test('shows nothing of its content', () => {
    const secret = 'hunter2-do-not-log';
    for (const fields of [
      { ...good, createdAt: secret },
      { ...good, judgement: { verdict: secret } },
    ]) {
      expect(() => siteCodec.read('sites/home', fields)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(secret) }),
      );
    }
  });

  test('is not written either: a value that could not be read back is refused', () => {
    expect(() => siteCodec.write('sites/home', siteState({ createdAt: Number.NaN }))).toThrow(
      expect.objectContaining({ code: 'ERR_DOCUMENT' }),
    );
  });
});

describe('a codec of version 2', () => {
  const now = z.strictObject({ name: z.string(), ports: z.array(z.number()) });
  const old = z.strictObject({ name: z.string(), port: z.number() });
  const second = codec(now, {
    version: 2,
    former: former(old, ({ name, port }) => ({ name, ports: [port] }), ['port']),
  });

  test('reads what version 1 wrote', () => {
    expect(second.read('things/a', { schema: 1, name: 'a', port: 3 })).toEqual({ name: 'a', ports: [3] });
  });

  test('writes version 2 and says which fields are gone', () => {
    expect(second.write('things/a', { name: 'a', ports: [] })).toEqual({ schema: 2, name: 'a', ports: [] });
    expect(second.retired).toEqual(['port']);
  });

  test('names a broken document of version 1 like any other', () => {
    expect(() => second.read('things/a', { schema: 1, name: 'a', port: 'x' })).toThrow(/things\/a .* port/);
  });

  test('reads no version 0 and no version 3', () => {
    expect(() => second.read('things/a', { schema: 0, name: 'a' })).toThrow(/things\/a/);
    expect(() => second.read('things/a', { schema: 3, name: 'a' })).toThrow(
      expect.objectContaining({ code: 'ERR_DOCUMENT_NEWER' }),
    );
  });

  test('reads no version 1 when nothing says how', () => {
    expect(() => codec(now, { version: 2 }).read('things/a', { schema: 1, name: 'a', port: 3 })).toThrow(
      'things/a does not parse at schema: version 1 is too old',
    );
  });
});
