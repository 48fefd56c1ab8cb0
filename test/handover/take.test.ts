// `take` in a world in memory: it writes when the guard allows it and the name was typed, and in no other case.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { overrideSentence, take } from '../../cli/handover/take.ts';
import { writeInterchange } from '../../cli/protection.ts';
import type { HandoverFacts } from '../../functions/domain/handover/facts.ts';
import { ethereumFloor } from '../../functions/domain/handover/floor.ts';
import { fenceReport } from '../support/fence.ts';
import { epochs, ethereumFacts, first, keys, withEpoch, withNow, withSource } from '../support/handover.ts';
import { handoverHome, type HandoverHome } from '../support/handover-world.ts';
import { unreadable } from '../support/standby-house.ts';

const root = `0x${'ab'.repeat(32)}`;
const publicKeys = keys.map((key) => `0x${key.padStart(96, '0')}`);
const recipient = '0x00000000000000000000000000000000000000Aa';
type Options = Parameters<typeof take>[1];

/** What the stopped client has exported, as of a time. */
function exportAt(at: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-take-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'export.json');
  const marks = ethereumFloor(epochs, at);
  writeFileSync(file, writeInterchange(root, new Map(publicKeys.map((key) => [key, marks]))));
  return file;
}

const facts = (over: Partial<HandoverFacts> = {}): HandoverFacts => {
  const base = ethereumFacts('cloud', over);
  // The chain is the configured one.
  return ['orchard', 'harbour', 'target'].reduce(
    (each, name) => withNow(each, name, { genesis: root }),
    base,
  );
};

const options = (home: HandoverHome, over: Partial<Options> = {}): Options => ({
  config: 'watchdog.yaml',
  resolve: [],
  allow: [],
  to: 'cloud',
  fenced: 'powered-off',
  protection: exportAt(home.now),
  feeRecipient: recipient,
  builder: 'off',
  yes: 'alpha',
  ...over,
});

describe('a take', () => {
  test('writes holder, instance, a higher generation and the evidence, and prints how to go on', async () => {
    const home = handoverHome(() => facts());
    expect(await take(home.handover, options(home))).toBe(0);
    expect(home.flag()).toMatchObject({
      holder: { kind: 'node', project: 'my-project', zone: 'eu-1-a', name: 'bw-alpha-1' },
      instance: '42',
      generation: 3,
      by: 'Ada',
      override: null,
      former: null,
    });
    expect(home.flag()?.evidence[0]).toMatch(/^fenced: powered-off, says Ada/);
    expect(home.flag()?.evidence.join('\n')).toContain(`epoch ${first}`);
    expect(home.text()).toContain(`--suggested-fee-recipient ${recipient} --enable-doppelganger-protection`);
    expect(home.text()).toContain('NEVER start the other side');
    expect(home.text()).not.toContain('init-slashing-protection');
    expect(home.text()).not.toContain('builder-proposals');
    expect(home.text()).toContain('backup of the keys off the site: tested');
  });

  test('plans without writing', async () => {
    const home = handoverHome(() => facts());
    expect(await take(home.handover, options(home, { plan: true }))).toBe(0);
    expect(home.history).toEqual([]);
    expect(home.text()).toContain('nothing is written, for this is the plan');
  });

  test.each<[string, () => HandoverFacts, Partial<Options>, RegExp]>([
    [
      'a key that lives',
      () => withEpoch(facts(), 'orchard', first + 1, { keys: ['silent', 'alive'] }),
      {},
      /make sure that it is off/,
    ],
    [
      'one of its keys that has exited',
      () => withNow(facts(), 'orchard', { standings: ['active', 'exited'] }),
      {},
      /exited/,
    ],
    [
      'a target that is not reached',
      () => withSource(facts(), 'target', () => ({ now: null, nowTrouble: 'frozen' })),
      {},
      /frozen/,
    ],
    [
      'sources of one operator',
      () => withSource(facts(), 'harbour', () => ({ operator: 'orchard' })),
      {},
      /only 1 of two/,
    ],
    [
      'our clock that is off',
      () => facts({ clock: { offsetMs: 5_000, uncertaintyMs: 10, askedAt: 0 } }),
      {},
      /5000 ms off/,
    ],
    ['no protection', () => facts(), { protection: undefined }, /not exported/],
    ['a cut that no fence stands for', () => facts(), { fenced: 'cut' }, /power it off instead/],
  ])('is refused for %s, and says why', async (_, given, over, why) => {
    const home = handoverHome(given);
    expect(await take(home.handover, options(home, over))).toBe(3);
    expect(home.history).toEqual([]);
    expect(home.text()).toMatch(why);
  });

  test('is refused for a protection below the floor of when the other side was fenced', async () => {
    const home = handoverHome(() => facts());
    const old = exportAt(home.now - 2 * 384_000);
    expect(await take(home.handover, options(home, { protection: old }))).toBe(3);
    expect(home.text()).toContain('is below');
    // It was fenced two epochs ago, and nothing was signed since.
    const fencedAt = home.now - 2 * 384_000;
    expect(await take(home.handover, options(home, { protection: old, fencedAt }))).toBe(0);
  });

  test.each(['site', 'fences'] as const)(
    'is refused, and not to be skipped, while what the watchdog has seen (%s) cannot be read',
    async (what) => {
      const home = handoverHome(() => facts());
      const remembered = { ...home.world.remembered, [what]: async () => ({ ok: false, why: 'it is down' }) };
      const handover = { ...home.handover, world: { ...home.world, remembered } };
      expect(await take(handover, options(home))).toBe(3);
      expect(await take(handover, options(home, { override: 'I know better' }))).toBe(3);
      expect(home.text()).toContain('cannot be read');
      expect(home.history).toEqual([]);
    },
  );

  test('wants a flag that can be read', async () => {
    const home = handoverHome(() => facts({ flag: unreadable }));
    expect(await take(home.handover, options(home))).toBe(1);
  });

  test.each([
    ['no fee recipient', { feeRecipient: '0x12' }],
    ['no word about builders', { builder: undefined }],
    ['no word about the fencing', { fenced: undefined }],
    ['an export that is not there', { protection: '/nowhere/export.json' }],
  ])('with %s is a wrong call', async (_, over) => {
    const home = handoverHome(() => facts());
    expect(await take(home.handover, options(home, over))).toBe(2);
    expect(home.history).toEqual([]);
  });

  test('is not written when another name is typed, or none', async () => {
    for (const typed of ['beta', 'alpha ', '']) {
      const home = handoverHome(() => facts());
      home.typed.push(typed);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await take(home.handover, options(home, { yes: undefined }))).toBe(2);
      expect(home.history).toEqual([]);
    }
    const home = handoverHome(() => facts());
    home.typed.push('alpha');
    expect(await take(home.handover, options(home, { yes: undefined }))).toBe(0);
    expect(home.asked.at(-1)).toContain('(alpha)');
  });

  test('looks again after the name was typed: what has changed meanwhile refuses', async () => {
    let isAlive = false;
    const home = handoverHome(() =>
      isAlive ? withEpoch(facts(), 'harbour', first + 2, { keys: ['alive', 'silent'] }) : facts(),
    );
    const { ask } = home.handover;
    const handover = {
      ...home.handover,
      ask: async (question: string) => {
        isAlive = true;
        home.typed.push('alpha');
        return ask(question);
      },
    };
    expect(await take(handover, options(home, { yes: undefined }))).toBe(3);
    expect(home.history).toEqual([]);
  });

  test('that waits looks again until the guard allows it', async () => {
    let looks = 0;
    const home = handoverHome(() => {
      looks += 1;
      return looks < 60 ? withEpoch(facts(), 'target', first + 2, null) : facts();
    });
    expect(await take(home.handover, options(home, { wait: true }))).toBe(0);
    expect(home.flag()?.generation).toBe(3);
  });
});

describe('somebody else, and a database that goes away', () => {
  test('of two at once one wins, and the other is told by whom', async () => {
    const home = handoverHome(() => facts());
    home.beforeWrite = () => {
      home.beforeWrite = () => undefined;
      home.writeEnds = {
        end: 'conflict',
        now: { isReadable: true, flag: { ...(home.flag() ?? never()), by: 'Tom', generation: 3 } },
      };
    };
    expect(await take(home.handover, options(home))).toBe(3);
    expect(home.text()).toContain('nothing was written: Tom was faster');
    expect(home.text()).not.toContain('podman run --detach');
  });

  test.each([
    [{ end: 'unknown', why: 'no answer' } as const, /NOT KNOWN whether it was written: no answer/],
    [{ end: 'refused', why: 'you may not' } as const, /nothing was written: you may not/],
  ])('an end that is %j is said truthfully, and nothing is to be started', async (end, words) => {
    const home = handoverHome(() => facts());
    home.writeEnds = end;
    expect(await take(home.handover, options(home))).toBe(1);
    expect(home.text()).toMatch(words);
    expect(home.text()).not.toContain('podman run --detach');
  });
});

describe('an override', () => {
  const late = (): HandoverFacts => withEpoch(facts(), 'target', first + 2, null);
  const why = 'the cellar burns';

  test('skips what is late, once the sentence and the name were typed, and leaves that in the flag', async () => {
    const home = handoverHome(late);
    home.typed.push(overrideSentence('alpha'), 'alpha');
    expect(await take(home.handover, options(home, { override: why }))).toBe(0);
    expect(home.flag()?.override).toMatchObject({ why });
    expect(home.flag()?.override?.skipped.join(' ')).toContain(`epoch ${first + 2}`);
    expect(home.text()).toContain('Everybody is paged');
  });

  test.each([
    ['the sentence is not typed', ['yes', 'alpha']],
    ['the name is not typed', [overrideSentence('alpha'), 'beta']],
    ['nobody is there', []],
  ])('writes nothing when %s, whatever --yes says', async (_, typed) => {
    const home = handoverHome(late);
    home.typed.push(...typed);
    expect(await take(home.handover, options(home, { override: why }))).toBe(2);
    expect(home.history).toEqual([]);
  });

  test.each<[string, () => HandoverFacts, Partial<Options>]>([
    ['life', () => withEpoch(facts(), 'orchard', first, { keys: ['alive', 'silent'] }), {}],
    [
      'a fence that runs',
      () =>
        facts({
          fences: [fenceReport({ at: facts().at })],
        }),
      {},
    ],
    ['slashing', () => withNow(facts(), 'orchard', { standings: ['slashed', 'active'] }), {}],
    ['a floor that was not checked', () => facts(), { protection: undefined }],
  ])('cannot skip %s', async (_, given, over) => {
    const home = handoverHome(given);
    home.typed.push(overrideSentence('alpha'), 'alpha');
    expect(await take(home.handover, options(home, { override: why, ...over }))).toBe(3);
    expect(home.history).toEqual([]);
    expect(home.text()).toContain('it cannot skip:');
  });

  test('writes nothing when it is something else that is missing once it was typed', async () => {
    let isTyped = false;
    const home = handoverHome(() =>
      isTyped
        ? facts({ target: { ...facts().target, steadySince: null } })
        : withNow(facts(), 'target', { liveness: null }),
    );
    const ask = async (question: string): Promise<string> => {
      isTyped = true;
      return question.includes('past the guard') ? overrideSentence('alpha') : 'alpha';
    };
    expect(await take({ ...home.handover, ask }, options(home, { override: why }))).toBe(3);
    expect(home.history).toEqual([]);
    expect(home.text()).toContain('more is missing now than you have accepted');
  });

  test('is none when everything is met', async () => {
    const home = handoverHome(() => facts());
    expect(await take(home.handover, options(home, { override: why }))).toBe(0);
    expect(home.flag()?.override).toBeNull();
  });
});

function never(): never {
  throw new Error('there is no flag');
}
