// Writes the verdict table of a site, and the matrix of every combination of signals, as a page for the docs.
import { signalValues, type Signals } from '../../functions/domain/signals.ts';
import { decide, verdictTable } from '../../functions/domain/verdict.ts';

type Name = keyof Signals;

/** For each signal the values that a line of the matrix stands for. */
type Box = Readonly<Record<Name, readonly string[]>>;
type Placed = { readonly place: number; readonly box: Box };

const names = [
  'references',
  'inbound',
  'exit',
  'life',
  'signers',
  'power',
] as const satisfies readonly Name[];

const meanings: Readonly<Record<Name, string>> = {
  references:
    'hosts known to be up, which show whether our own network works: one good answer is `working`; all of at least two bad is `failing`',
  inbound:
    'ports of the house through the VPN exit: `all-bad` takes more than half of them seen and every one of those bad, `all-good` takes every one',
  exit: 'the VPN server itself',
  life: 'an act in the house (a heartbeat, a signature) that is fresh and, while all inbound is bad, later than the first bad tick; the last act of a silent signer is none',
  signers: 'whether the chain shows that a signer fell silent; one of which nothing is known is not silent',
  power:
    '`dying`: the UPS told of power going, and every heartbeat that there ever was has since been missed',
};

/** Every combination of the values of all signals. */
export function allSignals(): Signals[] {
  return signalValues.references.flatMap((references) =>
    signalValues.inbound.flatMap((inbound) =>
      signalValues.exit.flatMap((exit) =>
        signalValues.life.flatMap((life) =>
          signalValues.signers.flatMap((signers) =>
            signalValues.power.map((power) => ({ references, inbound, exit, life, signers, power })),
          ),
        ),
      ),
    ),
  );
}

const single = (signals: Signals): Placed => ({
  place: decide(signals),
  box: {
    references: [signals.references],
    inbound: [signals.inbound],
    exit: [signals.exit],
    life: [signals.life],
    signers: [signals.signers],
    power: [signals.power],
  },
});

/** Unites the boxes of one row that differ in nothing but one signal. */
function mergeAlong(name: Name, placed: readonly Placed[]): Placed[] {
  const groups = new Map<string, Placed>();
  for (const { place, box } of placed) {
    const key = JSON.stringify([place, names.map((other) => (other === name ? null : box[other]))]);
    const values = [...(groups.get(key)?.box[name] ?? []), ...box[name]];
    groups.set(key, {
      place,
      box: { ...box, [name]: signalValues[name].filter((value) => values.includes(value)) },
    });
  }
  return [...groups.values()];
}

// Which signal is merged first decides how few lines remain; six signals are few enough to try every order.
function fewest(placed: readonly Placed[], rest: readonly Name[]): readonly Placed[] {
  let best = placed;
  for (const name of rest) {
    const others = rest.filter((other) => other !== name);
    const merged = fewest(mergeAlong(name, placed), others);
    if (merged.length < best.length) best = merged;
  }
  return best;
}

/** The matrix in few lines that do not overlap, in the order of the verdict table. */
const matrix = (): readonly Placed[] =>
  fewest(allSignals().map(single), names).toSorted((a, b) => a.place - b.place);

function cell(name: Name, box: Box): string {
  const without = signalValues[name].filter((value) => !box[name].includes(value));
  if (without.length === 0) return 'any';
  const isShorter = without.length === 1 && box[name].length > 1;
  return isShorter ? `not ${without.join('')}` : box[name].join(' or ');
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The page `docs/reference/verdicts.md`. */
export function verdictsPage(): { readonly path: string; readonly text: string } {
  const rules = verdictTable.map((row, place) => [`${place + 1}`, row.verdict, row.when]);
  const signals = names.map((name) => [name, signalValues[name].join(', '), meanings[name]]);
  const lines = matrix().map(({ place, box }) => [
    `${place + 1}`,
    verdictTable[place]?.verdict ?? '',
    ...names.map((name) => cell(name, box)),
  ]);
  const text = `<!-- Written by docs/generate/verdicts.ts; change the rules there are in functions/domain/verdict.ts instead. -->

# Verdicts of a site

A tick reduces what it found to six signals, and the first row of this table that matches them is the verdict.

## Rows

${table(['row', 'verdict', 'when'], rules)}

## Signals

${table(['signal', 'values', 'meaning'], signals)}

## Every combination

Each of the ${allSignals().length} combinations of signals is in exactly one line.

${table(['row', 'verdict', ...names], lines)}
`;
  return { path: 'docs/reference/verdicts.md', text };
}
