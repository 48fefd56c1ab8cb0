// Whatever a file holds, the answer is a configuration or a list of problems, never an exception.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { parseConfig } from '../../functions/config/config.ts';

const folder = join(import.meta.dirname, '../../examples');
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(join(folder, name), 'utf8'));
const example = fc.constantFrom(...texts);
const snippet = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\n',
    '\t',
    ':',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '&a ',
    '*a',
    '!x ',
    '#',
    '|',
    '? ',
    '<<: ',
    '__proto__: ',
    '---\n',
    '\r',
    '\u2028',
    '0x1f',
    '.nan',
  ),
  fc.string({ maxLength: 8 }),
);
const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(40), put: snippet });

function edited(text: string, edits: readonly { at: number; cut: number; put: string }[]): string {
  return edits.reduce((before, { at, cut, put }) => {
    const start = Math.floor(at * before.length);
    return before.slice(0, start) + put + before.slice(start + cut);
  }, text);
}

/** Every place of a value, as a path. */
function placesOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  const inner = Array.isArray(value)
    ? value.flatMap((item, index) => placesOf(item, [...path, index]))
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, item]) => placesOf(item, [...path, key]))
      : [];
  return [path, ...inner];
}

/** What is wrong with the answer to this text; empty when it is a configuration or a list of well-formed problems. */
function faultsOf(text: string): string[] {
  const parsed = parseConfig(text);
  if (parsed.ok) return [];
  if (parsed.problems.length === 0) return ['refused without a problem'];
  return parsed.problems
    .filter(
      ({ message, line = 1 }) => !/\S/.test(message) || /undefined|\[object|NaN/.test(message) || line < 1,
    )
    .map(({ path, message }) => `${path}: ${message}`);
}

describe('hostile files', () => {
  test('an example whose text was damaged anywhere never throws', () => {
    fc.assert(
      fc.property(example, fc.array(edit, { minLength: 1, maxLength: 4 }), (text, edits) => {
        expect(faultsOf(edited(text, edits))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('an example in which anything was replaced by anything never throws', () => {
    fc.assert(
      fc.property(example, fc.nat(), fc.jsonValue({ maxDepth: 3 }), (text, pick, value) => {
        const document = parseDocument(text);
        const places = placesOf(document.toJS()).slice(1);
        document.setIn(places[pick % places.length] ?? [], value);
        expect(faultsOf(document.toString())).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('standbys in which anything was replaced by anything never throw', () => {
    const text = readFileSync(join(folder, 'standbys.yaml'), 'utf8');
    const own = placesOf(parseDocument(text).toJS()).filter(([top]) => top === 'standbys');
    const hostile = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom('constructor', 'ethereum', [], {}, [[]], [null], [{}], { ethereum: null }),
      fc.constantFrom({ constructor: { places: [1] } }, { ethereum: { places: [{}, {}] } }, Number.NaN),
    );
    expect(own.length).toBeGreaterThan(40);
    fc.assert(
      fc.property(fc.constantFrom(...own), hostile, (place, value) => {
        const document = parseDocument(text);
        document.setIn(place, value);
        expect(faultsOf(document.toString())).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('any text never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(faultsOf(text)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('an example without one of its lines never throws', () => {
    for (const text of texts) {
      const lines = text.split('\n');
      const faults = [...lines.keys()].flatMap((index) => faultsOf(lines.toSpliced(index, 1).join('\n')));
      expect(faults, text.slice(0, 60)).toEqual([]);
    }
  });
});
