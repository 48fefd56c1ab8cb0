// What a node publishes is read strictly, and nothing that it holds but the known fields gets anywhere.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeName } from '../../functions/flows/provision-name.ts';
import { readReport } from '../../functions/flows/provision-report.ts';

const whole = {
  version: 1,
  at: '2026-12-01T02:14:07Z',
  keys: 'absent',
  state: 'syncing',
  percent: 41.2,
  etaSeconds: 7800,
  peers: 34,
  head: 1234,
  software: 'geth 1.16.9, lighthouse 7.1',
  usedGib: 612.5,
  text: 'catching up',
};

describe('a report', () => {
  test('that is whole', () => {
    expect(readReport(JSON.stringify(whole))).toEqual({
      kind: 'report',
      report: {
        at: Date.UTC(2026, 11, 1, 2, 14, 7),
        keys: 'absent',
        state: 'syncing',
        percent: 41.2,
        etaMs: 7_800_000,
        peers: 34,
        head: 1234,
        version: 'geth 1.16.9, lighthouse 7.1',
        usedGib: 612.5,
        text: 'catching up',
      },
    });
  });

  test('may leave out, or leave open, what it cannot know', () => {
    const { version, at, keys, state } = whole;
    const least = { version, at, keys, state };
    const expected = { percent: null, etaMs: null, peers: null, head: null, version: null, text: null };
    expect(readReport(JSON.stringify(least))).toMatchObject({ report: expected });
    const open = { percent: null, etaSeconds: null, peers: null, head: null, software: null, text: null };
    expect(readReport(JSON.stringify({ ...least, ...open }))).toMatchObject({ report: expected });
  });

  test('is one line of what it says', () => {
    const text = `a\u001b[31m\nb\u0000${'x'.repeat(900)}`;
    const read = readReport(JSON.stringify({ ...whole, text }));
    expect(read.kind === 'report' && read.report.text).toMatch(/^a\[31m bx{293}$/);
  });

  test.each<[string, unknown]>([
    ['another version', { ...whole, version: 2 }],
    ['a field that nobody knows', { ...whole, mnemonic: 'abandon abandon' }],
    ['keys of another word', { ...whole, keys: 'maybe' }],
    ['a state of another word', { ...whole, state: 'ok' }],
    ['a time without a zone', { ...whole, at: '2026-12-01 02:14' }],
    ['over a hundred percent', { ...whole, percent: 101 }],
    ['less than nothing', { ...whole, peers: -1 }],
    ['half a peer', { ...whole, peers: 1.5 }],
    ['a number as text', { ...whole, head: '12' }],
    ['a list', [whole]],
    ['a number', 7],
    ['nothing', null],
  ])('with %s cannot be read', (_, given) => {
    const read = readReport(JSON.stringify(given));
    expect(read.kind).toBe('malformed');
    expect(JSON.stringify(read)).not.toContain('abandon');
  });

  test.each(['', '{', 'undefined', '{"version":1'.padEnd(20_000, ' ')])('%j cannot be read', (text) => {
    expect(readReport(text).kind).toBe('malformed');
  });

  test('of whatever text is a value', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(['report', 'malformed']).toContain(readReport(text).kind);
      }),
    );
  });

  test('that there is none is no report', () => {
    expect(readReport(null)).toEqual({ kind: 'nothing' });
  });
});

describe('the name of a node', () => {
  test('keeps Compute’s rule for every prefix and signer, is the same again, and never another’s', () => {
    const signer = fc.stringMatching(/^[a-z][a-z0-9-]{0,19}$/);
    const prefix = fc.stringMatching(/^[a-z]([-a-z0-9]{0,18}[a-z0-9])?$/);
    fc.assert(
      fc.property(
        signer,
        prefix,
        fc.integer({ min: 1, max: 99_999 }),
        fc.string(),
        (id, given, n, wantedId) => {
          const of = { project: 'my-project', prefix: given, signer: id };
          const name = nodeName(of, n, wantedId);
          expect(name).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
          expect(nodeName(of, n, wantedId)).toBe(name);
          expect(nodeName(of, n, `${wantedId}.`)).not.toBe(name);
          expect(nodeName({ ...of, project: 'other-one' }, n, wantedId)).not.toBe(name);
        },
      ),
    );
  });
});
