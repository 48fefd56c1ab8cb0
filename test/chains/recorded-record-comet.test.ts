// Heights for the guard of a handover, by what real nodes of CometBFT and beacond answered: who had stopped is silent in each of them, and nobody else.
import { describe, expect, test } from 'vitest';
import { canonicalKey } from '../../functions/config/signer.ts';
import { askedAt, extended, heightsOf } from './comet-source.ts';
import { bera, comet, networks, recordedAll, timeAt } from './recorded-comet.ts';
import { answerAt, instead, serveNode } from './recorded-nodes.ts';

const scenes = {
  cometbft: { node: 'cometbft-0', living: comet.first, stopped: comet.last },
  berachain: { node: 'beacond-0', living: bera.four, stopped: bera.one },
} as const;

describe.each(['cometbft', 'berachain'] as const)('a node of %s', (dialect) => {
  const { node, living, stopped } = scenes[dialect];
  const keysOf = (...addresses: readonly string[]): string[] =>
    addresses.map((address) => canonicalKey(address, dialect));
  const ask = async (scene: string, keys: readonly string[], lie?: Parameters<typeof serveNode>[1]) => {
    const { recording, tip } = recordedAll(`${dialect}/${scene}`, node);
    const { url } = await serveNode(recording, lie);
    const asked = askedAt({ url, dialect }, { keys, network: networks[dialect] });
    return { recording, tip, ...asked };
  };

  test('shows the one that was stopped silent at each height after begin, and the others alive', async () => {
    const { recording, tip, record } = await ask('one-stopped', keysOf(stopped, living));
    const begunAt = timeAt(recording, tip - 3);
    const recorded = await record(recording.at, begunAt);
    expect(recorded).toMatchObject({ ok: true, trouble: null });
    expect(heightsOf(recorded).map(({ height, keys }) => [height, ...keys])).toEqual([
      [tip - 2, 'silent', 'alive'],
      [tip - 1, 'silent', 'alive'],
    ]);
  });

  test('shows it with the hash of its block, and with what stands in the commit for it', async () => {
    const { recording, tip, record } = await ask('one-stopped', keysOf(stopped));
    const recorded = await record(recording.at, timeAt(recording, tip - 2));
    const { body } = answerAt(recording, `/commit?height=${tip - 1}`);
    const [hash = ''] = /(?<="block_id":\{"hash":")[0-9A-F]{64}/.exec(body) ?? [];
    expect(heightsOf(recorded)).toMatchObject([{ hash: hash.toLowerCase() }]);
    expect(extended(null, recorded, 1)).toMatchObject({
      run: { from: tip - 1, through: tip - 1 },
      excerpt: expect.stringContaining('{"block_id_flag":1,"validator_address":""}'),
    });
  });

  test('shows nobody silent while all are well, not even whom the commit at the tip misses', async () => {
    const everybody = keysOf(...Object.values(dialect === 'berachain' ? bera : comet));
    const { recording, tip, record } = await ask('healthy', everybody);
    const heights = heightsOf(await record(recording.at, timeAt(recording, tip - 3)));
    expect(heights.map(({ height }) => height)).toEqual([tip - 2, tip - 1]);
    expect(new Set(heights.flatMap(({ keys }) => keys))).toEqual(new Set(['alive']));
  });

  test('that gives out the commit of the tip as final (told by a lie) is believed no further than before it', async () => {
    const { recording, tip } = recordedAll(`${dialect}/healthy`, node);
    const atTip = answerAt(recording, `/commit?height=${tip}`).body;
    const lie = instead(new RegExp(`^/commit\\?height=${tip - 1}$`), () => ({
      body: atTip.replaceAll(`"height":"${tip}"`, `"height":"${tip - 1}"`),
    }));
    const { record } = await ask('healthy', keysOf(living), lie);
    const recorded = await record(recording.at, timeAt(recording, tip - 3));
    expect(recorded).toMatchObject({ ok: true, trouble: expect.stringContaining('not canonical') });
    expect(heightsOf(recorded).map(({ height }) => height)).toEqual([tip - 2]);
  });

  test('stands where it says, and has all of its peers', async () => {
    const { recording, tip, stand } = await ask('healthy', keysOf(living));
    expect(await stand(recording.at)).toMatchObject({
      ok: true,
      value: {
        head: { number: tip },
        genesis: networks[dialect],
        peers: 3,
        behind: null,
        standings: ['active'],
      },
    });
  });
});
