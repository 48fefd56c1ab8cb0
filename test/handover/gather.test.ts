// What a person's look at a handover finds out: every door once, whatever fails is said and never good, and what does not age is kept.
import { describe, expect, test, vi } from 'vitest';
import { openGatherer, type Gatherer, type Said } from '../../cli/handover/gather.ts';
import type { HandoverWorld, OpenNode, Tried } from '../../cli/handover/world.ts';
import type { BoundSource } from '../../functions/chains/chain.ts';
import type { Direction, HandoverFacts, SourceFacts } from '../../functions/domain/handover/facts.ts';
import { judgeHandover } from '../../functions/domain/handover/guard.ts';
import type { HandoverRecord } from '../../functions/domain/handover/record.ts';
import type { Memory, SiteState } from '../../functions/domain/memory.ts';
import type { FlagRead } from '../../functions/domain/standby/key-flag.ts';
import type { NodeSeen, Standby } from '../../functions/domain/standby/standby.ts';
import { siteState } from '../support/documents.ts';
import { fenceReport } from '../support/fence.ts';
import {
  begunAt,
  cometFacts,
  epochRecord,
  ethereumFacts,
  first,
  keys,
  withNow,
  withSource,
} from '../support/handover.ts';
import { handoverHome, type HandoverHome } from '../support/handover-world.ts';
import { minute, second } from '../support/site.ts';
import { flagOf, unreadable } from '../support/standby-house.ts';

const signal = new AbortController().signal;
const said: Said = {
  fencing: { how: 'powered-off', at: begunAt, by: 'Ada' },
  protection: { problem: null, height: null },
};
const no = async (): Promise<{ readonly ok: false; readonly why: string }> => ({
  ok: false,
  why: 'it is away',
});
const is =
  <Value>(value: Value) =>
  async (): Promise<Tried<Value>> => ({ ok: true, value });

type Over = Partial<Omit<HandoverWorld, 'remembered'>> & {
  readonly remembered?: Partial<HandoverWorld['remembered']>;
};
/** A home, a gatherer of it, and the node that is to sign as it is opened and left. */
function looking(facts: () => HandoverFacts, over: (home: HandoverHome) => Over = () => ({})) {
  const home = handoverHome(facts);
  const { to } = facts();
  const opened: string[] = [];
  let isOpen = true;
  const given = over(home);
  const world: HandoverWorld = {
    ...home.world,
    openNode: async (asked, stop) => {
      const name = asked.place?.name ?? 'the house';
      opened.push(`open ${name}`);
      isOpen = true;
      const node = await home.world.openNode(asked, stop);
      if (!node.ok) return node;
      const close = async (): Promise<void> => void opened.push(`close ${name}`);
      const value: OpenNode = { ...node.value, isOpen: () => isOpen, close };
      return { ok: true, value };
    },
    ...given,
    remembered: { ...home.world.remembered, ...given.remembered },
  };
  const gatherer = openGatherer(world, { chosen: home.handover.chosen, to });
  const look = async (later = 0): ReturnType<Gatherer['look']> => {
    home.now += later;
    return gatherer.look(said, signal);
  };
  return {
    home,
    look,
    opened,
    close: gatherer.close,
    breakWay: (): void => void (isOpen = false),
  };
}

const sourceIn = ({ sources }: HandoverFacts, name: string): SourceFacts => {
  const found = sources.find(({ source }) => source === name);
  if (found === undefined) throw new Error(`no source ${name}`);
  return found;
};

const stateOf = (name: string, facts: HandoverFacts): string | undefined =>
  judgeHandover(facts).conditions.find(({ id }) => id === name)?.state;

/** Sources that are asked as before, but show nothing of what was. */
const withoutRecords = (sources: readonly BoundSource[]): BoundSource[] =>
  sources.map((source) => ({
    ...source,
    record: async () => ({ ok: false, reason: 'timeout', detail: 'no answer' }),
  }));

describe('a look', () => {
  test.each(['cloud', 'basement'] as const)('finds all that allows a handover to the %s', async (to) => {
    const steady = ({ now }: HandoverHome): Over => ({
      remembered: { site: is(memoryOf({ verdictSince: now - 20 * minute, at: now - minute })) },
    });
    const { look } = looking(() => ethereumFacts(to), steady);
    const { facts, problems, place } = await look();
    expect(problems).toEqual([]);
    expect(judgeHandover(facts).conditions.filter(({ state }) => state !== 'met')).toEqual([]);
    expect(place?.name ?? null).toBe(to === 'cloud' ? 'bw-alpha-1' : null);
    expect(facts.sources.map(({ source, role, operator }) => [source, role, operator])).toEqual([
      ['orchard', 'foreign', 'orchard'],
      ['harbour', 'foreign', 'harbour'],
      ['target', 'target', 'the node that is to sign'],
    ]);
    expect(facts).toMatchObject({
      at: facts.at,
      signer: { id: 'alpha', site: 'home', chain: 'ethereum', keys },
      epochs: { slotMs: 12_000, slotsPerEpoch: 32 },
      ...said,
    });
  });

  test('counts a source of ours as ours, which shows no silence', async () => {
    const { look } = looking(() => withSource(ethereumFacts(), 'harbour', () => ({ isOwn: true })));
    const { facts } = await look();
    expect(sourceIn(facts, 'harbour')).toMatchObject({ role: 'own', isOwn: true });
    expect(judgeHandover(facts).isAllowed).toBe(false);
  });

  const doors: readonly (readonly [string, Over, string, Partial<HandoverFacts>])[] = [
    ['the record', { remembered: { record: no } }, 'what watch has written down: it is away', {}],
    ['the site', { remembered: { site: no } }, 'what is known of the site: it is away', { life: null }],
    ['the standby', { remembered: { standby: no } }, 'the standby: it is away', {}],
    ['the fences', { remembered: { fences: no } }, 'the fences: it is away', { fences: null }],
    ['the node', { openNode: no }, 'the node that is to sign: it is away', {}],
  ];
  test.each(doors)('says that it could not find out %s', async (_, over, words, expected) => {
    const { facts, problems } = await looking(
      () => ethereumFacts(),
      () => over,
    ).look();
    expect(problems).toEqual([words]);
    expect(facts).toMatchObject(expected);
    // The record is read again from the sources; nothing else has a second way.
    expect(judgeHandover(facts).isAllowed).toBe(words.startsWith('what watch'));
  });

  test('of a machine that Compute does not show is not good', async () => {
    const { look } = looking(
      () => ethereumFacts(),
      ({ world }) => ({ machine: { ...world.machine, look: no } }),
    );
    const { facts } = await look();
    expect(facts.target).toMatchObject({ machine: null, machineTrouble: 'it is away' });
    expect(stateOf('machine', facts)).not.toBe('met');
  });

  test('of a flag that cannot be read is no permission', async () => {
    const { facts } = await looking(() => ethereumFacts('cloud', { flag: unreadable })).look();
    expect(facts.flag).toEqual(unreadable);
    expect(judgeHandover(facts).isAllowed).toBe(false);
  });

  test('at keys that somebody holds asks nobody, and opens no way', async () => {
    const held: FlagRead = { isReadable: true, flag: flagOf({ publicKeys: keys }) };
    const machine = vi.fn<HandoverWorld['machine']['look']>(no);
    const { look, opened } = looking(
      () => ethereumFacts('cloud', { flag: held }),
      ({ world }) => ({ machine: { ...world.machine, look: machine } }),
    );
    const { facts, problems } = await look();
    expect(facts.flag).toEqual(held);
    expect([opened, problems, facts.sources, machine.mock.calls]).toEqual([[], [], [], []]);
    expect(facts.target.machineTrouble).toBe('it was not asked');
    expect(judgeHandover(facts).isAllowed).toBe(false);
  });

  test('takes fences of this signer only', async () => {
    const fences = [
      fenceReport({ signer: 'alpha', at: begunAt + 1 }),
      fenceReport({ signer: 'beta', at: begunAt + 1 }),
    ];
    const { facts } = await looking(() => ethereumFacts('cloud', { fences })).look();
    expect(facts.fences).toEqual([fences[0]]);
    expect(stateOf('life', facts)).toBe('not-met');
  });
});

const memoryOf = ({ verdictSince, at, ...over }: Partial<SiteState> & { at: number }): Memory => {
  const state = siteState();
  return {
    incidents: {},
    state: siteState({
      tick: { ...state.tick, at },
      judgement: { ...state.judgement, verdict: 'ok' },
      verdictSince: verdictSince ?? at,
      ...over,
    }),
  };
};

test('what the watchdog has seen of the keys counts as life', async () => {
  const trace = siteState().signing['eth']?.traces['rpc-a'];
  if (trace === undefined) throw new Error('no trace');
  const [key] = trace.keys;
  if (key === undefined) throw new Error('no key');
  const act = { unit: first + 3, at: begunAt + 40 * minute };
  const silent = { ...key, acts: [] };
  const signing = {
    alpha: {
      keys,
      wasActive: [0, 1],
      slashings: [],
      traces: { orchard: { ...trace, keys: [silent, { ...key, acts: [act] }] } },
    },
  };
  const { facts } = await looking(
    () => ethereumFacts(),
    ({ now }) => ({ remembered: { site: is(memoryOf({ at: now, signing })) } }),
  ).look();
  expect(facts.life).toEqual([{ source: 'orchard', key: 1, ...act, how: 'seen by the watchdog' }]);
  expect(stateOf('life', facts)).toBe('not-met');
});

describe('what `watch` has written down', () => {
  const own: SourceFacts['shown'] = { of: 'epochs', epochs: [epochRecord(first)] };
  const record: HandoverRecord = {
    signer: 'alpha',
    chain: 'ethereum',
    keys,
    generation: 2,
    begunAt,
    sources: [{ source: 'orchard', operator: 'orchard', isOwn: false, shown: own, trouble: null }],
  };
  const shownWith = async (written: HandoverRecord | null): Promise<SourceFacts['shown']> => {
    const { look } = looking(
      () => ethereumFacts(),
      ({ world }) => ({
        remembered: { record: is(written) },
        sources: (signer) => withoutRecords(world.sources(signer)),
      }),
    );
    return sourceIn((await look()).facts, 'orchard').shown;
  };

  test('counts where the source itself shows no more', async () => {
    expect(await shownWith(record)).toEqual(own);
  });

  test.each([
    ['there is none', null],
    ['it is of another generation', { ...record, generation: 1 }],
    ['it is of another beginning', { ...record, begunAt: begunAt - 1 }],
    ['it is of other keys', { ...record, keys: keys.toReversed() }],
    [
      'it is of another source',
      { ...record, sources: record.sources.map((each) => ({ ...each, source: 'x' })) },
    ],
  ])('does not when %s', async (_, written) => {
    expect(await shownWith(written)).toBeNull();
  });

  test('goes on with what the source shows now', async () => {
    const asked: unknown[] = [];
    const { look } = looking(
      () =>
        withSource(ethereumFacts(), 'orchard', () => ({
          shown: { of: 'epochs', epochs: [epochRecord(first + 1)] },
        })),
      ({ world }) => ({
        remembered: { record: is(record) },
        sources: (signer) =>
          world.sources(signer).map((source) => ({
            ...source,
            record: (given, run) => {
              asked.push([source.id, given.begunAt, given.before]);
              return source.record(given, run);
            },
          })),
      }),
    );
    const { shown } = sourceIn((await look()).facts, 'orchard');
    expect(shown).toEqual({ of: 'epochs', epochs: [epochRecord(first), epochRecord(first + 1)] });
    expect(asked).toEqual([
      ['orchard', begunAt, own],
      ['harbour', begunAt, null],
    ]);
  });
});

describe('what was seen before', () => {
  const begun = (over: object = {}): FlagRead => ({
    isReadable: true,
    flag: flagOf({ holder: { kind: 'none' }, generation: 2, since: begunAt, publicKeys: keys, ...over }),
  });
  /** Shows epochs at the first look only. */
  function forgetful(next: FlagRead) {
    let looks = 0;
    const { look } = looking(
      () => ethereumFacts(),
      ({ world }) => ({
        sources: (signer) =>
          (looks > 1 ? withoutRecords : (all: readonly BoundSource[]) => all)(world.sources(signer)),
        keys: {
          ...world.keys,
          read: async (signer) => {
            looks += 1;
            return { ...(await world.keys.read(signer)), read: looks === 2 ? next : begun() };
          },
        },
      }),
    );
    const epochs = async (): Promise<number> => {
      const { shown } = sourceIn((await look(5 * second)).facts, 'orchard');
      return shown?.of === 'epochs' ? shown.epochs.length : 0;
    };
    return epochs;
  }
  test('is kept, for it does not age', async () => {
    const epochs = forgetful(begun());
    expect([await epochs(), await epochs(), await epochs()]).toEqual([3, 3, 3]);
  });

  test.each([
    ['another generation', begun({ generation: 3 })],
    ['another time', begun({ since: begunAt + 1 })],
  ])('is worth nothing after another beginning: %s', async (_, next) => {
    const epochs = forgetful(next);
    expect([await epochs(), await epochs()]).toEqual([3, 0]);
  });

  test('outlives a moment in which the flag could not be read', async () => {
    const epochs = forgetful(unreadable);
    expect([await epochs(), await epochs(), await epochs()]).toEqual([3, 3, 3]);
  });
});

describe('the node that is to sign', () => {
  const renamed = (standby: Standby, over: Partial<NodeSeen>): Standby => {
    const { seen } = standby;
    const node = seen?.node ?? null;
    return seen === null || node === null
      ? standby
      : { ...standby, seen: { ...seen, node: { ...node, ...over } } };
  };
  const standbyOf = async ({ world }: HandoverHome): Promise<Standby> => {
    const read = await world.remembered.standby('alpha');
    if (!read.ok || read.value === null) throw new Error('no standby');
    return read.value;
  };

  test('is reached once for many looks, and left at the end', async () => {
    const { look, close, opened } = looking(() => ethereumFacts());
    await look();
    await look(5 * second);
    expect(opened).toEqual(['open bw-alpha-1']);
    await close();
    expect(opened).toEqual(['open bw-alpha-1', 'close bw-alpha-1']);
  });

  test('is reached anew when the way to it broke, and what it has shown stays', async () => {
    const { look, opened, breakWay } = looking(() => ethereumFacts());
    await look();
    breakWay();
    const { facts } = await look(5 * second);
    expect(opened).toEqual(['open bw-alpha-1', 'close bw-alpha-1', 'open bw-alpha-1']);
    expect(judgeHandover(facts).isAllowed).toBe(true);
  });

  test('is looked for again when it could not be reached', async () => {
    let tries = 0;
    const { look } = looking(
      () => ethereumFacts(),
      ({ world }) => ({
        openNode: (asked, stop) => ((tries += 1) === 1 ? no() : world.openNode(asked, stop)),
      }),
    );
    expect((await look()).facts.sources.map(({ role }) => role)).not.toContain('target');
    expect((await look(5 * second)).facts.sources.map(({ role }) => role)).toContain('target');
  });

  test.each([
    ['name', { name: 'bw-alpha-2' }],
    ['zone', { zone: 'eu-1-b' }],
    ['id', { id: '43' }],
  ])('that is another one, by its %s, begins with nothing', async (_, over) => {
    let looks = 0;
    const opened: string[] = [];
    const { look } = looking(
      () => ethereumFacts(),
      (home) => ({
        remembered: {
          standby: async () => {
            looks += 1;
            const standby = await standbyOf(home);
            return { ok: true, value: looks === 1 ? standby : renamed(standby, over) };
          },
        },
        openNode: async (asked, stop) => {
          opened.push('open');
          const node = await home.world.openNode(asked, stop);
          if (!node.ok) return node;
          const [source] = looks === 1 ? [node.value.source] : withoutRecords([node.value.source]);
          const close = async (): Promise<void> => void opened.push('close');
          return source === undefined ? no() : { ok: true, value: { ...node.value, source, close } };
        },
      }),
    );
    expect(sourceIn((await look()).facts, 'target').shown).not.toBeNull();
    const { facts } = await look(5 * second);
    expect(sourceIn(facts, 'target').shown).toBeNull();
    expect(judgeHandover(facts).isAllowed).toBe(false);
    expect(opened).toEqual(['open', 'close', 'open']);
  });

  test('is the same one although the standby could not be read for a moment', async () => {
    let looks = 0;
    const { look, opened } = looking(
      () => ethereumFacts(),
      (home) => ({
        remembered: { standby: () => ((looks += 1) === 2 ? no() : home.world.remembered.standby('alpha')) },
      }),
    );
    await look();
    expect(stateOf('machine', (await look(5 * second)).facts)).not.toBe('met');
    expect(judgeHandover((await look(5 * second)).facts).isAllowed).toBe(true);
    expect(opened).toEqual(['open bw-alpha-1']);
  });
});

describe('since when it has been steady', () => {
  const at = ethereumFacts().at;
  type Step = { readonly later: number; readonly isBehind?: true; readonly isAway?: true };
  /** After these looks; `site` is what the watchdog knows of the house. */
  async function after(
    steps: readonly Step[],
    given: { to: Direction; site?: Memory },
  ): Promise<number | null> {
    let step: Step = { later: 0 };
    const { look } = looking(
      () =>
        step.isBehind === true
          ? withNow(ethereumFacts(given.to), 'target', { behind: 'it is catching up' })
          : ethereumFacts(given.to),
      ({ world }) => ({
        remembered: { site: is(given.site ?? null) },
        openNode: (asked, stop) => (step.isAway === true ? no() : world.openNode(asked, stop)),
      }),
    );
    let since: number | null = null;
    for (step of steps) {
      // oxlint-disable-next-line no-await-in-loop -- one look after the other
      since = (await look(step.later)).facts.target.steadySince;
    }
    return since;
  }
  const seen = at - 15 * minute;
  const well = (over: Partial<SiteState> & { at: number }): Memory =>
    memoryOf({ verdictSince: at - 30 * minute, ...over });
  const dark = (): Memory => {
    const state = siteState();
    return well({ at, judgement: { ...state.judgement, verdict: 'dark' } });
  };
  const near = 5 * second;

  const table: readonly (readonly [
    string,
    readonly Step[],
    { to: Direction; site?: Memory },
    number | null,
  ])[] = [
    ['a cloud node: since it is synced', [{ later: 0 }], { to: 'cloud' }, seen],
    [
      'a cloud node that we saw behind: since then',
      [{ later: 0, isBehind: true }, { later: near }],
      { to: 'cloud' },
      at,
    ],
    [
      'a house that is well: since then',
      [{ later: 0 }],
      { to: 'basement', site: well({ at }) },
      at - 30 * minute,
    ],
    [
      'a house that was well before the watchdog stood still: since we look',
      [{ later: 0 }],
      { to: 'basement', site: well({ at: at - 6 * minute }) },
      at,
    ],
    [
      'a house that is dark: since we look',
      [{ later: 0 }, { later: near }],
      { to: 'basement', site: dark() },
      at,
    ],
    [
      'a house of which nothing is known: since we look',
      [{ later: 0 }, { later: near }],
      { to: 'basement' },
      at,
    ],
    ['a node that is behind: not', [{ later: 0 }, { later: near, isBehind: true }], { to: 'basement' }, null],
    [
      'one that was behind: since it is not',
      [{ later: 0, isBehind: true }, { later: near }, { later: near }],
      { to: 'basement' },
      at + near,
    ],
    [
      'looks that are far apart: since the last one',
      [{ later: 0 }, { later: 61 * second }],
      { to: 'basement' },
      at + 61 * second,
    ],
    [
      'looks that are near enough: since the first one',
      [{ later: 0 }, { later: 60 * second }],
      { to: 'basement' },
      at,
    ],
  ];
  test.each(table)('%s', async (_, steps, given, expected) => {
    expect(await after(steps, given)).toBe(expected);
  });
});

describe('votes', () => {
  test('are watched at the node for as long as the gatherer is open, look by look', async () => {
    let word: 'none' | 'ours' = 'none';
    const read = vi.fn<NonNullable<BoundSource['votes']>>(async () => ({ ok: true, value: word }));
    const { look, home, close } = looking(
      () => cometFacts(),
      ({ world }) => ({
        openNode: async (asked, stop) => {
          const node = await world.openNode(asked, stop);
          return node.ok
            ? { ok: true, value: { ...node.value, source: { ...node.value.source, votes: read } } }
            : node;
        },
      }),
    );
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const from = home.now;
      await look();
      for (let looks = 0; looks < 5; looks += 1) {
        home.now += 2 * second;
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await vi.advanceTimersByTimeAsync(2 * second);
      }
      expect((await look()).facts.votes).toEqual({ from, through: from + 10 * second, seenAt: null });
      word = 'ours';
      home.now += 2 * second;
      await vi.advanceTimersByTimeAsync(2 * second);
      const { facts } = await look();
      expect(facts.votes).toMatchObject({ seenAt: from + 12 * second });
      expect(stateOf('votes', facts)).not.toBe('met');
      await close();
      const { length } = read.mock.calls;
      await vi.advanceTimersByTimeAsync(60 * second);
      expect(read.mock.calls.length).toBe(length);
    } finally {
      vi.useRealTimers();
    }
  });
});
