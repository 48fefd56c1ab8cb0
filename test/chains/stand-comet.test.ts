// Where a node of CometBFT stands at this moment, by what it says of itself: for the guard of a handover.
import { describe, expect, test } from 'vitest';
import { minute, second } from '../support/site.ts';
import { begun, chainId, chainOf, dialects, keyAt, nodeOf, ours, rewrite } from './comet-source.ts';

describe.each(dialects)('where a node of %s stands', (dialect) => {
  test('is said with its peers and the standing of each key', async () => {
    const chain = chainOf(dialect);
    chain.stop([4], begun);
    const keys = [keyAt(chain, ours), '00'.repeat(20), keyAt(chain, 4)];
    const at = begun + minute;
    const node = await nodeOf(chain, { keys, state: { peers: 7 } });
    expect(await node.stand(at)).toMatchObject({
      ok: true,
      value: {
        askedAt: at,
        head: { number: chain.height(at), at: chain.timeOf(chain.height(at)) },
        behind: null,
        genesis: chainId,
        forks: '',
        peers: 7,
        finalized: null,
        standings: ['active', 'not-in-set', 'active'],
        liveness: null,
      },
    });
  });

  test('is the same chain by name, pruned or not', async () => {
    const chain = chainOf(dialect);
    const whole = await (await nodeOf(chain)).stand(begun);
    const pruned = await (
      await nodeOf(chain, { state: { earliest: chain.height(begun) - 50 } })
    ).stand(begun);
    expect(pruned).toMatchObject({ ok: true, value: { genesis: chainId, behind: null } });
    expect(whole).toMatchObject({ ok: true, value: { genesis: chainId } });
  });

  test('is behind while it is catching up', async () => {
    const node = await nodeOf(chainOf(dialect), { state: { isSyncing: true } });
    expect(await node.stand(begun)).toMatchObject({
      ok: true,
      value: { behind: expect.stringContaining('catching up') },
    });
  });

  test('is behind when its newest block is from the future', async () => {
    const chain = chainOf(dialect);
    const ahead = rewrite('/status', (text) =>
      text.replace(
        /"latest_block_time":"[^"]+"/,
        `"latest_block_time":"${new Date(begun + 5 * minute).toISOString()}"`,
      ),
    );
    expect(await (await nodeOf(chain, { spoil: ahead })).stand(begun)).toMatchObject({
      ok: true,
      value: { behind: expect.stringContaining('from the future') },
    });
  });

  test('is told by its head when it stands still: how old that may be is for the guard to say', async () => {
    const chain = chainOf(dialect);
    const frozenAt = begun - 2 * minute;
    expect(await (await nodeOf(chain, { state: { frozenAt } })).stand(begun)).toMatchObject({
      ok: true,
      value: {
        askedAt: begun,
        head: { at: expect.toSatisfy((at: number) => begun - at >= 2 * minute - 2 * second) },
        behind: null,
      },
    });
  });

  test('is said without peers when it does not show them', async () => {
    const node = await nodeOf(chainOf(dialect), { state: { lacks: ['/net_info'] } });
    expect(await node.stand(begun)).toMatchObject({
      ok: true,
      value: { peers: null, standings: ['active'] },
    });
  });

  test.each<[string, Parameters<typeof nodeOf>[1], object]>([
    ['of another chain', { network: 'other-1' }, { reason: 'wrong-chain' }],
    ['whose commits cannot be read', { state: { lacks: ['/commit'] } }, { reason: 'status' }],
    ['whose validators cannot be read', { state: { lacks: ['/validators'] } }, { reason: 'status' }],
    ['that does not answer', { state: { lacks: ['/'] } }, { reason: 'status' }],
  ])('is not known of one %s', async (_, given, failure) => {
    expect(await (await nodeOf(chainOf(dialect), given)).stand(begun)).toMatchObject({
      ok: false,
      ...failure,
    });
  });
});
