// What preflight refuses, as a table: an inventory or a machine with one thing wrong, and how each problem begins.
import { describe, expect, test } from 'vitest';
import { lacksPrograms } from '../support/tools.ts';
import { judged, type Case } from './preflight/cases.ts';
import { machineCases } from './preflight/machines.ts';
import { variableCases } from './preflight/variables.ts';

const sorted = (lines: readonly string[]): string[] => [...lines].sort((a, b) => a.localeCompare(b));

/** What was said, cut to what is expected of it where it begins so. */
const beginnings = (said: readonly string[], expected: readonly string[]): string[] =>
  said.map((line) => expected.find((begin) => line.startsWith(begin)) ?? line);

describe.skipIf(lacksPrograms('python3')).each<['variables' | 'machines', readonly Case[]]>([
  ['variables', variableCases],
  ['machines', machineCases],
])('%s', (about, cases) => {
  const said = judged(cases, about);

  test.each(cases.map(([name, , expected], place) => [name, expected, place] as const))(
    '%s',
    (_name, expected, place) => {
      const lines = said[place] ?? [];
      expect(sorted(beginnings(lines, expected))).toEqual(sorted(expected));
    },
  );

  test('no secret is in what is said', () => {
    expect(said.flat().filter((line) => /a-token-that|another-token|the-token-of/.test(line))).toEqual([]);
  });
});
