// Life needs one witness whom nobody contradicts, silence needs two; an own node never speaks of silence.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KeyVerdict, type Witness, weighKey } from '../../functions/domain/agree.ts';
import type { Standing } from '../../functions/domain/evidence.ts';
import { defaultPolicy } from '../support/site.ts';
import { unitAt } from './readings.ts';

const policy = defaultPolicy.signing.chains.ethereum;
const now = unitAt(20);

type Shown = {
  /** Units, latest first. */
  readonly act?: number | readonly number[];
  readonly absent?: number;
  readonly through?: number;
  readonly standing?: Standing;
  readonly isOwn?: boolean;
};

const witness = (
  operator: string,
  { act, absent, through = 19, standing = 'active', isOwn = false }: Shown,
): Witness => ({
  operator,
  isOwn,
  through,
  key: {
    acts: (typeof act === 'number' ? [act] : (act ?? [])).map((unit) => ({ unit, at: unitAt(unit) })),
    absent: absent === undefined ? null : { unit: absent, at: unitAt(absent) },
    standing,
    balance: null,
  },
});

const judge = (...shown: readonly Shown[]): KeyVerdict =>
  weighKey(
    shown.map((each, index) => witness(`op${index}`, each)),
    policy,
    { at: now, unitName: 'epoch' },
  );

const alive: Shown = { act: 19 };
const dead: Shown = { act: 15, absent: 16 };
const mine = (shown: Shown): Shown => ({ ...shown, isOwn: true });

const table: [string, readonly Shown[], KeyVerdict['state']][] = [
  ['nobody has answered', [], 'unknown'],
  ['two see it sign', [alive, alive], 'signing'],
  ['one sees it sign, and the other is behind', [alive, { act: 17, through: 18 }], 'signing'],
  ['one sees it sign, and there is no other', [alive], 'signing'],
  ['two see four epochs without it', [dead, dead], 'silent'],
  ['two see three epochs without it', [{ absent: 17 }, { absent: 17 }], 'silent'],
  ['two see two epochs without it', [{ absent: 18 }, { absent: 18 }], 'quiet'],
  ['one sees four epochs without it, the other two', [dead, { absent: 18 }], 'quiet'],
  ['one sees two epochs without it, the other none', [{ absent: 18 }, { act: 17, through: 17 }], 'quiet'],
  ['one sees four epochs without it, and there is no other', [dead], 'unknown'],
  ['one sees four epochs without it, and the other is our own', [dead, mine(dead)], 'unknown'],
  ['two see it silent, and our own node as well', [dead, dead, mine(dead)], 'silent'],
  ['our own node alone sees it sign', [mine(alive)], 'signing'],
  ['our own node alone sees it silent', [mine(dead)], 'unknown'],
  ['one of two says that it signs where the other has seen nothing', [alive, dead], 'unknown'],
  ['one of three says that it signs where two have seen nothing', [alive, dead, dead], 'silent'],
  ['two of three say that it signs where one has seen nothing', [alive, alive, dead], 'signing'],
  ['our own node says that it signs where two have seen nothing', [mine(alive), dead, dead], 'silent'],
  ['our own node says that it signs where one has seen nothing', [mine(alive), dead], 'unknown'],
  ['two of four say that it signs, two have seen nothing', [alive, alive, dead, dead], 'unknown'],
  [
    'one says that it signed in all epochs, the other has read fewer and seen nothing',
    [{ act: [20, 19, 18] }, dead],
    'unknown',
  ],
  [
    'one of three says so, and the others have read fewer and seen nothing',
    [{ act: [20, 19, 18] }, dead, dead],
    'silent',
  ],
  ['it signed after what the silent ones have read', [{ act: 20, through: 19 }, dead, dead], 'signing'],
  ['it was last seen long ago', [{ act: 10, through: 10 }], 'unknown'],
  ['it was never seen', [{ through: 19 }, { through: 19 }], 'unknown'],
  ['both say that it has left', [{ standing: 'exited' }, { standing: 'exited' }], 'inactive'],
  [
    'one says that it has left, and the other nothing',
    [{ standing: 'exited' }, { standing: 'unknown' }],
    'inactive',
  ],
  ['one says that it has left, and the other that it is active', [{ standing: 'exited' }, alive], 'unknown'],
  [
    'it has left and is silent',
    [
      { ...dead, standing: 'not-in-set' },
      { ...dead, standing: 'not-in-set' },
    ],
    'inactive',
  ],
  [
    'nobody says whether it is active, and two see it silent',
    [
      { ...dead, standing: 'unknown' },
      { ...dead, standing: 'unknown' },
    ],
    'silent',
  ],
];

describe('a key', () => {
  test.each(table)('when %s', (_, shown, expected) => {
    expect(judge(...shown).state).toBe(expected);
  });

  test('says since when two have seen nothing, and who', () => {
    const { silentSince, why, actAt } = judge({ act: 15, absent: 16 }, { act: 15, absent: 17 });
    expect({ silentSince, why, actAt }).toEqual({
      silentSince: unitAt(17),
      why: 'no signature in 3 epochs (op0, op1)',
      actAt: unitAt(15),
    });
  });

  test('names those who disagree', () => {
    expect(judge(alive, dead).why).toBe('operators disagree: op0 shows it signing, op1 does not');
  });

  test('a silence that is long in units and short in time is not silence yet', () => {
    const heights = { ...policy, silentUnits: 3, silentMs: now - unitAt(16) + 1 };
    const witnesses = [witness('a', dead), witness('b', dead)];
    expect(weighKey(witnesses, heights, { at: now, unitName: 'height' }).state).toBe('quiet');
  });
});

const anyShown: fc.Arbitrary<Shown> = fc
  .record({
    act: fc.option(fc.integer({ min: 0, max: 22 }), { nil: undefined }),
    run: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
    through: fc.integer({ min: 0, max: 20 }),
    isOwn: fc.boolean(),
    standing: fc.constantFrom('active' as const, 'active' as const, 'unknown' as const),
  })
  .map(({ act, run, ...rest }) => ({
    ...rest,
    ...(act === undefined ? {} : { act }),
    ...(run === undefined || run > rest.through ? {} : { absent: run }),
  }));
const several = fc.array(anyShown, { maxLength: 5 });

describe('whatever sources show', () => {
  test('the order of the witnesses changes nothing that counts', () => {
    fc.assert(
      fc.property(several, (shown) => {
        const witnesses = shown.map((each, index) => witness(`op${index}`, each));
        const given = { at: now, unitName: 'epoch' };
        const { state, actAt, silentSince } = weighKey(witnesses, policy, given);
        const turned = weighKey(witnesses.toReversed(), policy, given);
        expect(turned).toMatchObject({ state, actAt, silentSince });
      }),
    );
  });

  test('silence takes two operators that are not ours, and what each of them has read', () => {
    fc.assert(
      fc.property(several, (shown) => {
        if (judge(...shown).state !== 'silent') return;
        const silent = shown.filter(
          ({ isOwn, absent, through = 0 }) =>
            isOwn !== true && absent !== undefined && through - absent + 1 >= policy.silentUnits,
        );
        expect(silent.length).toBeGreaterThanOrEqual(2);
      }),
      { numRuns: 500 },
    );
  });

  test('nobody is called signing without a recent act', () => {
    fc.assert(
      fc.property(several, (shown) => {
        const { state, actAt } = judge(...shown);
        return state !== 'signing' || (actAt ?? 0) >= now - policy.freshMs;
      }),
      { numRuns: 500 },
    );
    expect(judge(alive).actAt).toBe(unitAt(19));
  });

  test('one more sign of life after all that was read never makes anybody silent', () => {
    fc.assert(
      fc.property(several, (shown) => {
        expect(judge(...shown, { act: 21, through: 20 }).state).not.toBe('silent');
      }),
      { numRuns: 500 },
    );
  });

  test('what our own node shows never makes anybody silent', () => {
    fc.assert(
      fc.property(several, anyShown, (shown, own) => {
        if (judge(...shown).state === 'silent') return;
        expect(judge(...shown, { ...own, isOwn: true }).state).not.toBe('silent');
      }),
      { numRuns: 5_000 },
    );
  });
});
