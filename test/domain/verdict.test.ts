// Every combination of signals has exactly one verdict, and the page that prints them all tells the truth.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { allSignals, verdictsPage } from '../../docs/generate/verdicts.ts';
import { signalValues, type Signals } from '../../functions/domain/signals.ts';
import { decide, isBlind, siteVerdicts, verdictTable } from '../../functions/domain/verdict.ts';

const page = verdictsPage();

const names = ['references', 'inbound', 'exit', 'life', 'signers', 'power'] as const;

const usual: Signals = {
  references: 'working',
  inbound: 'all-good',
  exit: 'reachable',
  life: 'seen',
  signers: 'none-silent',
  power: 'no-news',
};

const cutOff: Signals = { ...usual, inbound: 'all-bad', life: 'none' };
const noWayIn: Signals = { ...usual, inbound: 'none', life: 'none' };

const table: [string, Signals, string][] = [
  ['all is well', usual, '3 ok'],
  [
    'well, although references fail: whoever answers is reachable',
    { ...usual, references: 'failing' },
    '3 ok',
  ],
  ['well, although nothing shows life', { ...usual, life: 'none' }, '3 ok'],
  ['well, although the exit itself does not answer', { ...usual, exit: 'unreachable' }, '3 ok'],
  ['no way in, but life', { ...noWayIn, life: 'seen' }, '3 ok'],
  ['no way in and nothing heard', noWayIn, '9 unknown'],
  ['references fail and nothing answers', { ...cutOff, references: 'failing' }, '2 blind'],
  ['references fail and some answer', { ...usual, inbound: 'some-bad', references: 'failing' }, '2 blind'],
  ['references fail and there is no way in', { ...noWayIn, references: 'failing' }, '2 blind'],
  ['blind, and the UPS said good-bye', { ...cutOff, references: 'failing', power: 'dying' }, '1 dark'],
  ['the UPS said good-bye, but all answer', { ...usual, references: 'failing', power: 'dying' }, '3 ok'],
  ['the UPS said good-bye, and nothing answers', { ...cutOff, power: 'dying' }, '7 dark'],
  ['references unknown and nothing answers', { ...cutOff, references: 'unknown' }, '7 dark'],
  ['a silent signer in a living house', { ...usual, signers: 'some-silent' }, '4 not-signing'],
  [
    'a silent signer, all ports answer, no life',
    { ...usual, life: 'none', signers: 'some-silent' },
    '4 not-signing',
  ],
  [
    'a silent signer, some ports bad',
    { ...cutOff, inbound: 'some-bad', signers: 'some-silent' },
    '4 not-signing',
  ],
  [
    'a silent signer, no way in seen',
    { ...cutOff, inbound: 'unknown', signers: 'some-silent' },
    '4 not-signing',
  ],
  [
    'a silent signer, all ports bad, later life',
    { ...cutOff, life: 'seen', signers: 'some-silent' },
    '4 not-signing',
  ],
  ['a silent signer in a dark house', { ...cutOff, signers: 'some-silent' }, '7 dark'],
  ['a silent signer, no way in, no life', { ...noWayIn, signers: 'some-silent' }, '7 dark'],
  ['the same behind a dead exit', { ...noWayIn, signers: 'some-silent', exit: 'unreachable' }, '6 vpn-down'],
  [
    'a silent signer, no way in, later life',
    { ...noWayIn, life: 'seen', signers: 'some-silent' },
    '4 not-signing',
  ],
  ['all ports bad, later life', { ...cutOff, life: 'seen' }, '5 inbound-lost'],
  [
    'all ports bad, later life, exit dead',
    { ...cutOff, life: 'seen', exit: 'unreachable' },
    '5 inbound-lost',
  ],
  ['all ports and the exit bad', { ...cutOff, exit: 'unreachable' }, '6 vpn-down'],
  ['all ports bad, exit fine', cutOff, '7 dark'],
  ['all ports bad, no exit configured', { ...cutOff, exit: 'none' }, '7 dark'],
  ['all ports bad, exit unknown', { ...cutOff, exit: 'unknown' }, '7 dark'],
  ['some ports bad', { ...usual, inbound: 'some-bad' }, '8 degraded'],
  ['some ports bad and no life', { ...cutOff, inbound: 'some-bad' }, '8 degraded'],
  ['ports not seen', { ...usual, inbound: 'unknown' }, '9 unknown'],
  ['ports not seen and no life', { ...cutOff, inbound: 'unknown' }, '9 unknown'],
];

const shown = (signals: Signals): string => {
  const place = decide(signals);
  return `${place + 1} ${verdictTable[place]?.verdict}`;
};

describe('the verdict table', () => {
  test.each(table)('%s', (_, signals, expected) => {
    expect(shown(signals)).toBe(expected);
  });

  test('every combination of signals has exactly one row', () => {
    const combinations = allSignals();
    expect(new Set(combinations.map((signals) => JSON.stringify(signals))).size).toBe(3 * 5 * 4 * 2 * 2 * 2);
    for (const signals of combinations) {
      const place = decide(signals);
      expect(place, JSON.stringify(signals)).toBeGreaterThanOrEqual(0);
      expect(place, JSON.stringify(signals)).toBeLessThan(verdictTable.length);
    }
  });

  test('every verdict can be reached, and no row is dead', () => {
    const places = new Set(allSignals().map(decide));
    expect([...places].toSorted((a, b) => a - b)).toEqual(verdictTable.map((_, place) => place));
    expect(new Set(verdictTable.map((row) => row.verdict))).toEqual(new Set(siteVerdicts));
  });

  test('we are blind when the references fail, unless everything answers', () => {
    for (const signals of allSignals()) {
      const expected = signals.references === 'failing' && signals.inbound !== 'all-good';
      expect(isBlind(signals), JSON.stringify(signals)).toBe(expected);
    }
  });

  const seeing = allSignals().filter((signals) => !isBlind(signals));
  const verdictOf = (signals: Signals): string | undefined => verdictTable[decide(signals)]?.verdict;

  test('inbound that nobody saw never means an outage of the site', () => {
    for (const signals of seeing.filter(({ inbound }) => inbound === 'unknown')) {
      expect(['not-signing', 'unknown'], JSON.stringify(signals)).toContain(verdictOf(signals));
    }
  });

  test('dark takes a house without life, of which no port answered', () => {
    const dark = seeing.filter((signals) => ['dark', 'vpn-down'].includes(verdictOf(signals) ?? ''));
    expect(dark.length).toBeGreaterThan(0);
    for (const signals of dark) {
      expect(['all-bad', 'none'], JSON.stringify(signals)).toContain(signals.inbound);
      expect(signals.life, JSON.stringify(signals)).toBe('none');
    }
  });
});

function valuesOf(name: (typeof names)[number], cell: string): string[] {
  const known: readonly string[] = signalValues[name];
  if (cell === 'any') return [...known];
  if (cell.startsWith('not ')) return known.filter((value) => value !== cell.slice(4));
  return cell.split(' or ');
}

const lines = (text: string): string[][] =>
  (text.split('## Every combination')[1] ?? '')
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe('docs/reference/verdicts.md', () => {
  test('is what the rules say today', () => {
    const { path, text } = page;
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(text);
  });

  test('holds, expanded, every combination once and with the verdict that decides', () => {
    const found = new Map<string, string>();
    for (const [row = '', verdict = '', ...cells] of lines(page.text)) {
      let expanded: string[][] = [[]];
      for (const [index, name] of names.entries()) {
        const values = valuesOf(name, cells[index] ?? '');
        expanded = expanded.flatMap((before) => values.map((value) => [...before, value]));
      }
      for (const values of expanded) {
        const key = values.join(' ');
        expect(found.has(key), `${key} is in two lines`).toBe(false);
        found.set(key, `${row} ${verdict}`);
      }
    }
    const expected = new Map(
      allSignals().map((signals) => [names.map((name) => signals[name]).join(' '), shown(signals)]),
    );
    expect(found).toEqual(expected);
  });

  test('is short enough to be read', () => {
    expect(lines(page.text).length).toBeLessThan(40);
  });
});

describe('why a row does not match', () => {
  const well: Signals = {
    references: 'working',
    inbound: 'all-good',
    exit: 'reachable',
    life: 'none',
    signers: 'none-silent',
    power: 'no-news',
  };
  const cutOff: Signals = { ...well, inbound: 'all-bad' };
  const cases: [place: number, name: string, signals: Partial<Signals>, because: string | null][] = [
    [0, 'our network works', cutOff, 'references are working'],
    [0, 'our network fails, yet everything answers', { references: 'failing' }, 'inbound is all good'],
    [0, 'nothing was announced', { ...cutOff, references: 'failing' }, 'no loss of power was announced'],
    [1, 'nothing is known of our network', { ...cutOff, references: 'unknown' }, 'references are unknown'],
    [2, 'a signer is silent', { signers: 'some-silent' }, 'a signer is silent'],
    [2, 'some of it is bad', { inbound: 'some-bad' }, 'inbound is some-bad'],
    [2, 'nothing to look at', { inbound: 'none' }, 'there are no inbound targets, and no life sign either'],
    [3, 'no signer is silent', {}, 'no signer is silent'],
    [3, 'all is silent', { ...cutOff, signers: 'some-silent' }, 'the house as a whole shows no life'],
    [4, 'there is a way in', { inbound: 'some-bad', life: 'seen' }, 'inbound is some-bad'],
    [4, 'no inbound targets', { inbound: 'none', life: 'seen' }, 'there are no inbound targets'],
    [4, 'no life', cutOff, 'no life sign is later than the first bad tick'],
    [5, 'life', { ...cutOff, exit: 'unreachable', life: 'seen' }, 'there is a life sign'],
    [5, 'no exit', { ...cutOff, exit: 'none' }, 'no exit is configured'],
    [5, 'a good exit', cutOff, 'the exit is reachable'],
    [6, 'unseen', { inbound: 'unknown' }, 'inbound is unknown'],
    [7, 'all good', {}, 'inbound is all-good'],
    [7, 'it does match', { inbound: 'some-bad' }, null],
  ];

  test.each(cases)('row %i: %s', (place, _name, signals, because) => {
    expect(verdictTable[place]?.unmet({ ...well, ...signals })).toBe(because);
  });
});
