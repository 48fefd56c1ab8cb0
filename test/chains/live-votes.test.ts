// Votes in the making, as nodes of CometBFT hold them: one of ours is never overlooked, and a node that takes part in nothing shows nothing.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { VotesRead } from '../../functions/chains/chain.ts';
import { votesOf, watchVotes } from '../../functions/chains/cometbft/live-votes.ts';
import type { VotesWatched } from '../../functions/domain/handover/facts.ts';
import type { VoteWord } from '../../functions/domain/handover/votes.ts';
import type { Clock } from '../../functions/kit/clock.ts';
import { consensusState } from '../../functions/wire/comet.ts';
import { canonicalKey } from '../../functions/config/signer.ts';
import { readRecording } from '../support/recorded.ts';
import { minute, second } from '../support/site.ts';
import { askedAt, begun, chainOf, dialects, keyAt, nodeOf, ours, rewrite } from './comet-source.ts';
import { bera, comet, networks } from './recorded-comet.ts';
import { answerAt, instead, serveNode } from './recorded-nodes.ts';

/** Of every chain here, when the keys were taken. */
const tip = chainOf().height(begun);
const ok = (value: VoteWord): object => ({ ok: true, value });

describe.each(dialects)('live votes of %s', (dialect) => {
  test('are seen while it votes, and not when it does not', async () => {
    const chain = chainOf(dialect);
    const node = await nodeOf(chain);
    expect(await node.votes(begun)).toMatchObject(ok('ours'));
    chain.stop([ours], begun);
    expect(await node.votes(begun + minute)).toMatchObject(ok('none'));
  });

  test('of one of several keys are ours, and of one that is not in the set unknown', async () => {
    const chain = chainOf(dialect);
    chain.stop([1, 3], begun - minute);
    const node = await nodeOf(chain);
    const stranger = '00'.repeat(20);
    expect(await node.votes(begun, [keyAt(chain, 1), keyAt(chain, 3)])).toMatchObject(ok('none'));
    expect(await node.votes(begun, [keyAt(chain, 1), keyAt(chain, ours)])).toMatchObject(ok('ours'));
    expect(await node.votes(begun, [keyAt(chain, 1), stranger])).toMatchObject(ok('unknown'));
    expect(await node.votes(begun, [stranger, keyAt(chain, ours)])).toMatchObject(ok('ours'));
  });

  test.each<[string, Parameters<typeof nodeOf>[1], object]>([
    ['is catching up', { state: { isSyncing: true } }, { reason: 'syncing' }],
    ['stands still', { state: { frozenAt: begun - minute } }, { reason: 'stale' }],
    ['is of another chain', { network: 'other-1' }, { reason: 'wrong-chain' }],
    ['does not serve them', { state: { lacks: ['/dump_consensus_state'] } }, { reason: 'status' }],
    [
      'says that it is at the head, and holds an old height',
      {
        spoil: rewrite('/dump_consensus_state', (text) => text.replace(/"height":"\d+"/, '"height":"1700"')),
      },
      { reason: 'protocol', detail: 'its votes are of height 1700, which is over' },
    ],
    [
      'says that it is at the head, and holds the height before',
      {
        spoil: rewrite('/dump_consensus_state', (text) =>
          text.replace(/"height":"\d+"/, `"height":"${tip - 1}"`),
        ),
      },
      { reason: 'protocol' },
    ],
    [
      'answers with something else',
      { spoil: rewrite('/dump_consensus_state', (text) => text.replace('"validators"', '"members"')) },
      { reason: 'body' },
    ],
  ])('are none of a node that %s: that is a failure', async (_, given, failure) => {
    const chain = chainOf(dialect);
    chain.stop([ours], begun - 10 * minute);
    expect(await (await nodeOf(chain, given)).votes(begun)).toMatchObject({ ok: false, ...failure });
  });

  test('are of the height that was made a moment ago while its block is being applied', async () => {
    const chain = chainOf(dialect);
    chain.stop([ours], begun - minute);
    const tip = chain.height(begun);
    const spoil = rewrite('/dump_consensus_state', (text) =>
      text.replace(`"height":"${tip + 1}"`, `"height":"${tip}"`),
    );
    expect(await (await nodeOf(chain, { spoil })).votes(begun)).toMatchObject(ok('none'));
  });
});

test('a node of Berachain that has just been started has no votes of the height before, and is not counted', async () => {
  const chain = chainOf('berachain');
  chain.stop([ours], begun - minute);
  const node = await nodeOf(chain, { state: { isRestarted: true } });
  expect(await node.votes(begun)).toMatchObject({ ok: false, reason: 'body' });
});

const member = (place: number) => ({ address: String(place).repeat(40), pub_key: { value: '' } });
const state = (over: object = {}) =>
  consensusState.parse({
    result: {
      round_state: {
        height: '9',
        validators: { validators: [member(1), member(2)] },
        votes: [{ prevotes: ['nil-Vote', 'nil-Vote'], precommits: ['nil-Vote', 'nil-Vote'] }],
        last_commit: null,
        last_validators: null,
        ...over,
      },
    },
  }).result.round_state;
const key = '1'.repeat(40);
const vote = (place: number, of: number): string =>
  `Vote{${place}:${String(of).repeat(12)} 9/00/SIGNED_MSG_TYPE_PREVOTE(Prevote) 3DB0 88BA 0000 @}`;
const votes = (prevotes: string[], precommits: string[] = ['nil-Vote', 'nil-Vote']) => ({
  votes: [{ prevotes, precommits }],
});
const last = (lines: string[], of: number[] = [1, 2]) => ({
  last_commit: { votes: lines },
  last_validators: { validators: of.map(member) },
});

describe('a vote', () => {
  test.each<[string, object, string]>([
    ['of nobody', {}, 'none'],
    ['of somebody else', votes(['nil-Vote', vote(1, 2)]), 'none'],
    ['before the commit', votes([vote(0, 1), 'nil-Vote']), 'ours'],
    ['for the commit', votes(['nil-Vote', 'nil-Vote'], [vote(0, 1), 'nil-Vote']), 'ours'],
    [
      'in an earlier round',
      { votes: [...votes([vote(0, 1), 'nil-Vote']).votes, ...votes(['nil-Vote', 'nil-Vote']).votes] },
      'ours',
    ],
    ['that names another place', votes([vote(1, 1), 'nil-Vote']), 'unknown'],
    ['that names another validator', votes([vote(0, 2), 'nil-Vote']), 'unknown'],
    ['that names nobody', votes([vote(0, 1).replace('111111111111', ''), 'nil-Vote']), 'unknown'],
    ['that is none', votes(['something', 'nil-Vote']), 'unknown'],
    ['that is empty', votes(['', 'nil-Vote']), 'unknown'],
    ['with something before it', votes([` ${vote(0, 1)}`, 'nil-Vote']), 'unknown'],
    ['in a list that is too short', votes(['nil-Vote']), 'unknown'],
    ['in a list that is too long', votes(['nil-Vote', 'nil-Vote', 'nil-Vote']), 'unknown'],
    ['in the other list, too short', votes(['nil-Vote', 'nil-Vote'], []), 'unknown'],
    ['where there are no lists', { votes: [] }, 'unknown'],
    ['for the height before', last([vote(0, 1), 'nil-Vote']), 'ours'],
    ['for the height before, at the place that it had then', last(['nil-Vote', vote(1, 1)], [2, 1]), 'ours'],
    ['for the height before, of somebody else', last([vote(0, 2), 'nil-Vote'], [2, 1]), 'none'],
    ['for the height before, when it was not in the set', last([vote(0, 2)], [2]), 'none'],
    ['for the height before, in a list that does not fit', last(['nil-Vote']), 'unknown'],
    [
      'for the height before, of nobody knows whom',
      { ...last([vote(0, 1), 'nil-Vote']), last_validators: null },
      'unknown',
    ],
    [
      'for the height before, as Berachain writes it',
      { ...last([]), last_commit: { value: { votes: [vote(0, 1), 'nil-Vote'] } } },
      'ours',
    ],
    [
      'of one that cannot be told counts less than one of ours',
      votes([vote(0, 1), 'nil-Vote'], ['?', 'nil-Vote']),
      'ours',
    ],
  ])('%s', (_, over, word) => {
    expect(votesOf(state(over), [key])).toBe(word);
  });

  test('of a key that is not in the set is unknown, as is that of no key', () => {
    expect(votesOf(state(), ['3'.repeat(40)])).toBe('unknown');
    expect(votesOf(state(), [])).toBe('unknown');
  });

  test('of ours is seen wherever it stands among those of others', () => {
    const size = fc.integer({ min: 1, max: 9 });
    const place = fc.nat({ max: 8 });
    fc.assert(
      fc.property(
        size,
        place,
        fc.nat({ max: 3 }),
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        (rounds, at, of, bits) => {
          const members = [1, 2, 3, 4, 5, 6, 7, 8, 9];
          const lists = Array.from({ length: rounds * 2 }, (_, list) =>
            members.map((each, index) =>
              index !== at && bits[(list * 9 + index) % 40] === true ? vote(index, each) : 'nil-Vote',
            ),
          );
          const set = { validators: members.map(member) };
          const own = String(members[at]).repeat(40);
          const read = (from: readonly (readonly string[])[]): string => {
            const made = Array.from({ length: rounds }, (_, round) => ({
              prevotes: from[2 * round],
              precommits: from[2 * round + 1],
            }));
            return votesOf(state({ validators: set, votes: made }), [own]);
          };
          expect(read(lists)).toBe('none');
          const target = of % lists.length;
          const seen = lists.map((list, index) =>
            index === target ? list.with(at, vote(at, members[at] ?? 0)) : list,
          );
          expect(read(seen)).toBe('ours');
        },
      ),
    );
  });
});

describe('what real nodes answered:', () => {
  test.each([
    ['cometbft/one-stopped', 'cometbft-0', comet.last, 'none'],
    ['cometbft/one-stopped', 'cometbft-0', comet.first, 'ours'],
    ['berachain/one-stopped', 'beacond-0', bera.one, 'none'],
    ['berachain/one-stopped', 'beacond-0', bera.four, 'ours'],
    ['berachain/healthy', 'beacond-0', bera.one, 'ours'],
  ] as const)('in %s %s has the votes of %s: %s', async (scene, name, address, word) => {
    const recording = readRecording(scene, name);
    const dialect = scene.startsWith('berachain') ? 'berachain' : 'cometbft';
    const { url } = await serveNode(recording);
    const keys = [canonicalKey(address, dialect)];
    const node = askedAt({ url, dialect }, { keys, network: networks[dialect] });
    expect(await node.votes(recording.at)).toMatchObject(ok(word));
  });

  test('a public key in its compressed form is found in the set of the height', () => {
    const body: unknown = JSON.parse(
      answerAt(readRecording('berachain/one-stopped', 'beacond-0'), '/dump_consensus_state').body,
    );
    const { round_state: recorded } = consensusState.parse(body).result;
    const words = recorded.validators.validators.map(({ address, pub_key: { value } }) => {
      const compressed = canonicalKey(`0x${Buffer.from(value, 'base64').toString('hex')}`, 'berachain');
      return [votesOf(recorded, [compressed]), votesOf(recorded, [address])];
    });
    for (const [byKey, byAddress] of words) expect(byKey).toBe(byAddress);
    expect(words.flat()).toContain('none');
    expect(words.flat()).toContain('ours');
  });

  test('a chain that was halted shows no votes', async () => {
    const recording = readRecording('cometbft/halted', 'cometbft-0');
    const { url } = await serveNode(recording);
    const keys = [canonicalKey(comet.last, 'cometbft')];
    const node = askedAt({ url, dialect: 'cometbft' }, { keys, network: networks.cometbft });
    expect(await node.votes(recording.at + minute)).toMatchObject({ ok: false, reason: 'stale' });
  });

  test('nor does one that is said to be catching up', async () => {
    const recording = readRecording('berachain/one-stopped', 'beacond-0');
    const behind = instead(/^\/status$/, ({ body }) => ({
      body: body.replace('"catching_up":false', '"catching_up":true'),
    }));
    const { url } = await serveNode(recording, behind);
    const node = askedAt(
      { url, dialect: 'berachain' },
      { keys: [canonicalKey(bera.one, 'berachain')], network: networks.berachain },
    );
    expect(await node.votes(recording.at)).toMatchObject({ ok: false, reason: 'syncing' });
  });
});

/** A clock that stands still but for what sleeps, and ends the watch after so many looks. */
function watched(looks: readonly (VotesRead | 'hangs')[], took = 0): Promise<(VotesWatched | null)[]> {
  const told: (VotesWatched | null)[] = [];
  const stop = new AbortController();
  let now = 0;
  let done = 0;
  const clock: Clock = {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
      if (done >= looks.length) {
        stop.abort();
        throw new Error('ended');
      }
    },
  };
  const look = async (): Promise<VotesRead> => {
    const read = looks[done] ?? 'hangs';
    done += 1;
    now += read === 'hangs' ? 20 * second : took;
    return read === 'hangs' ? { ok: true, value: 'none' } : read;
  };
  return watchVotes({ look, clock, signal: stop.signal }, (each) => told.push(each)).then(() => told);
}

describe('watching', () => {
  const none: VotesRead = { ok: true, value: 'none' };
  const seen: VotesRead = { ok: true, value: 'ours' };
  const failure: VotesRead = { ok: false, reason: 'timeout', detail: 'no answer' };

  test('looks every one or two seconds, and dates each look by when it was asked', async () => {
    const all = await watched([none, none, none], 100);
    const every = (all[1]?.through ?? 0) - 100;
    expect(every).toBeGreaterThanOrEqual(second);
    expect(every).toBeLessThanOrEqual(2 * second);
    expect(all.map((each) => [each?.from, each?.through])).toEqual([
      [0, 0],
      [0, every + 100],
      [0, 2 * (every + 100)],
    ]);
  });

  test('begins anew after a failure, an unknown answer, and a look that hung', async () => {
    const [, , failed, , unknown, , ...rest] = await watched([
      none,
      none,
      failure,
      none,
      { ok: true, value: 'unknown' },
      none,
      'hangs',
      none,
    ]);
    expect([failed, unknown]).toEqual([null, null]);
    const [hung, after] = rest;
    expect(hung?.from).toBeLessThan(hung?.through ?? 0);
    expect(after?.from).toBe(after?.through);
  });

  test('tells of a vote of ours for as long as it goes on', async () => {
    const all = await watched([none, seen, none, failure, none]);
    const at = all[1]?.through;
    expect(all.map((each) => each?.seenAt)).toEqual([null, at, at, at, at]);
  });

  test('ends when it is told to, without a word about the look that was cut off', async () => {
    const stop = new AbortController();
    const told: (VotesWatched | null)[] = [];
    const clock: Clock = { now: () => 0, sleep: async () => undefined };
    const look = async (): Promise<VotesRead> => {
      stop.abort();
      return failure;
    };
    await watchVotes({ look, clock, signal: stop.signal }, (each) => told.push(each));
    expect(told).toEqual([]);
  });
});
