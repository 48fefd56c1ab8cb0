// `verify` in a world in memory: which keys each side lists, whether the protection held, and what is wrong is said before what is missing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { verify } from '../../cli/handover/verify.ts';
import { writeInterchange } from '../../cli/protection.ts';
import type { HandoverFacts } from '../../functions/domain/handover/facts.ts';
import type { Act } from '../../functions/domain/evidence.ts';
import { ethereumFloor } from '../../functions/domain/handover/floor.ts';
import type { KeyFlag } from '../../functions/domain/standby/key-flag.ts';
import { cometFacts, epochs, ethereumFacts, keys, withNow } from '../support/handover.ts';
import { handoverHome, type HandoverHome } from '../support/handover-world.ts';

const root = `0x${'ab'.repeat(32)}`;
const [one = '', two = ''] = keys.map((key) => `0x${key.padStart(96, '0')}`);
const stranger = `0x${'cd'.repeat(48)}`;
const act = (key: number, at: number): Act => ({ key, unit: 1, at, unitEndsAt: at, how: 'inclusion' });
type Options = Parameters<typeof verify>[1];

function file(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-verify-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'list');
  writeFileSync(path, text);
  return path;
}

const exportAt = (at: number): string => {
  const marks = ethereumFloor(epochs, at);
  return file(
    writeInterchange(
      root,
      new Map([
        [one, marks],
        [two, marks],
      ]),
    ),
  );
};

/** The cloud has held the keys for an hour. */
function held(over: Partial<KeyFlag> = {}, base = ethereumFacts('cloud')): HandoverHome {
  const facts: HandoverFacts = ['orchard', 'harbour', 'target'].reduce(
    (each, name) => withNow(each, name, { genesis: root }),
    base,
  );
  if (!facts.flag.isReadable || facts.flag.flag === null) throw new Error('no flag');
  const flag: KeyFlag = {
    ...facts.flag.flag,
    holder: { kind: 'node', project: 'my-project', zone: 'eu-1-a', name: 'bw-alpha-1' },
    since: facts.at - 3_600_000,
    ...over,
  };
  return handoverHome(() => ({ ...facts, flag: { isReadable: true, flag } }));
}

const common = { config: 'watchdog.yaml', resolve: [], allow: [], json: true as const };

type Answer = { isVerified: boolean; checks: { what: string; state: string; why: string }[] };
async function verified(home: HandoverHome, options: Partial<Options>): Promise<[number, Answer]> {
  const code = await verify(home.handover, { ...common, ...options });
  const answer: Answer = JSON.parse(home.lines.at(-1) ?? '{}');
  return [code, answer];
}
const stateOf = ({ checks }: Answer, what: string): unknown =>
  checks.find((each) => each.what.startsWith(what))?.state;

describe('what this side lists', () => {
  const lists: [string, string, string][] = [
    [
      'exactly these, as a keymanager answers',
      JSON.stringify({ data: [{ validating_pubkey: one }, { validating_pubkey: two }] }),
      'met',
    ],
    ['exactly these, one on each line, in capitals', `${one.slice(2).toUpperCase()}\n${two}\n`, 'met'],
    ['one too few', one, 'not-met'],
    ['one too many', [one, two, stranger].join('\n'), 'not-met'],
    ['as many, but another', [one, stranger].join('\n'), 'not-met'],
    ['nothing', '{"data": []}', 'not-met'],
  ];
  test.each(lists)('%s', async (_, text, state) => {
    const [, answer] = await verified(held(), { here: file(text), thereOff: true });
    expect(stateOf(answer, 'this side')).toBe(state);
  });

  test('of CometBFT is known by address, by what the node prints, and by its key in base64', async () => {
    const address = 'c7cd69c5ebb93d903f975e35faa63a42e2dc18f2';
    const printed =
      '{"@type":"/cosmos.crypto.bls12_381.PubKey","key":"Agkk/0+g22BgWgyqTsPNGp63sNrtcm/09mveWD68RpyOxrpSjkMvFGEGw5lQFGh1CC1hEEf0HMmDANRn04pZJkbiQvz0sX9Vv7VZtgUyl8d3mDIKXqz7mogpCKLEkxRY"}';
    const base = cometFacts('cloud');
    const facts = { ...base, signer: { ...base.signer, chain: 'berachain' as const, keys: [address] } };
    for (const [text, state] of [
      [printed, 'met'],
      [address.toUpperCase(), 'met'],
      ['0'.repeat(40), 'not-met'],
    ] as const) {
      const [, answer] = await verified(held({ publicKeys: [address] }, facts), {
        here: file(text),
        thereOff: true,
      });
      expect([text, stateOf(answer, 'this side')]).toEqual([text, state]);
    }
  });

  test('that may hold keys is refused, and nothing of it is repeated', async () => {
    const home = held();
    const code = await verify(home.handover, {
      ...common,
      here: file('{"crypto": {"hunter2": 1}}'),
      thereOff: true,
    });
    expect(code).toBe(2);
    expect(home.text()).toContain('KEY FILE');
    expect(home.text()).not.toContain('hunter2');
  });
});

describe('what the other side lists', () => {
  test('is wrong as soon as it is one of these keys, whatever else it has', async () => {
    const [code, answer] = await verified(held(), { there: file([stranger, one].join('\n')) });
    expect(code).toBe(1);
    const check = answer.checks.find(({ what }) => what.startsWith('the other side'));
    expect(check).toMatchObject({ state: 'not-met', why: `STOP IT: it still has ${one}` });
  });
  test('may be keys of others', async () => {
    const [, answer] = await verified(held(), { there: file(stranger) });
    expect(stateOf(answer, 'the other side')).toBe('met');
  });
  test('is not known when nobody says it', async () => {
    const [code, answer] = await verified(held(), { here: file([one, two].join('\n')) });
    expect([code, stateOf(answer, 'the other side')]).not.toEqual([0, 'met']);
    expect(stateOf(answer, 'the other side')).toBe('unknown');
  });
});

describe('the protection', () => {
  test('holds when it lies at the floor of the take or above it, and not below', async () => {
    const home = held();
    const [, good] = await verified(home, { protection: exportAt(home.now) });
    expect(stateOf(good, 'its protection')).toBe('met');
    const [code, bad] = await verified(home, { protection: exportAt(home.now - 3 * 3_600_000) });
    expect([code, stateOf(bad, 'its protection')]).toEqual([1, 'not-met']);
    const [, none] = await verified(home, {});
    expect(stateOf(none, 'its protection')).toBe('unknown');
  });
});

describe('the chain', () => {
  test('that shows every key sign since the take is all that was missing', async () => {
    const home = held();
    const options = {
      protection: exportAt(home.now),
      here: file([one, two].join('\n')),
      thereOff: true as const,
    };
    const acts = [act(0, home.now - 60_000), act(1, home.now - 3_599_000)];
    home.acts = acts;
    expect(await verified(home, options)).toMatchObject([0, { isVerified: true }]);
    home.acts = [act(0, home.now - 60_000), act(1, home.now - 3_601_000)];
    expect(await verified(home, options)).toMatchObject([1, { isVerified: false }]);
  });
  test('that shows no signature an hour after the take is wrong, and soon after it is waited for', async () => {
    const [late, answer] = await verified(held(), {});
    expect([late, stateOf(answer, 'the chain')]).toEqual([1, 'not-met']);
    const base = ethereumFacts('cloud');
    const [soon, early] = await verified(held({ since: base.at - 60_000 }), {});
    expect([soon, stateOf(early, 'the chain')]).toEqual([3, 'unknown']);
    expect(early.checks.at(-1)?.why).toContain('NEVER start the other side');
  });
});

test('there is nothing to verify while nobody holds', async () => {
  const home = held({ holder: { kind: 'none' } });
  expect(await verify(home.handover, common)).toBe(3);
  expect(home.text()).toContain('nobody holds the keys');
});
