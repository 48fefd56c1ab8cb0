// When a house that a person has cut off counts as fenced: only if its fence had said before that it stops its client by itself.
import { expect, test } from 'vitest';
import type { HandoverFacts } from '../../../functions/domain/handover/facts.ts';
import { judgeHandover } from '../../../functions/domain/handover/guard.ts';
import type { Holder } from '../../../functions/domain/standby/key-flag.ts';
import type { FenceReport } from '../../../functions/domain/pulse.ts';
import { fenceReport } from '../../support/fence.ts';
import { begunAt, ethereumFacts } from '../../support/handover.ts';
import { hour, minute } from '../../support/site.ts';

const home: Holder = { kind: 'basement', site: 'home' };
const node: Holder = { kind: 'node', project: 'p', zone: 'z', name: 'bw-alpha-1' };

const fence = (over: Partial<FenceReport> = {}): FenceReport =>
  fenceReport({
    isRunning: false,
    version: '1.0.0',
    isolationMs: 10 * minute,
    at: begunAt - minute,
    describedAt: begunAt - hour,
    ...over,
  });

type Former = { readonly holder: Holder; readonly instance: string | null } | null;

const cut = (
  fences: readonly FenceReport[] | null,
  { former = { holder: home, instance: 'a' }, at = begunAt }: { former?: Former; at?: number } = {},
): HandoverFacts => {
  const facts = ethereumFacts('cloud', { fences, fencing: { how: 'cut', at, by: 'Ada' } });
  const { flag } = facts;
  return flag.isReadable && flag.flag !== null
    ? { ...facts, flag: { isReadable: true, flag: { ...flag.flag, former } } }
    : facts;
};

const fenced = (facts: HandoverFacts) => judgeHandover(facts).conditions.find(({ id }) => id === 'fenced');

test.each<[string, HandoverFacts]>([
  ['the fence of the former holder had described itself', cut([fence()])],
  ['it still reports, as it did before', cut([fence({ at: begunAt + minute })])],
  [
    'nobody knows its instance, and the house has one fence',
    cut([fence()], { former: { holder: home, instance: null } }),
  ],
  ['a fence of another instance says less', cut([fence(), fence({ instance: 'b', version: null })])],
  [
    'the fence of the node that held them did',
    cut([fence({ instance: '42' })], { former: { holder: node, instance: '42' } }),
  ],
])('a cut is believed when %s', (_, facts) => {
  expect(fenced(facts)).toMatchObject({
    state: 'met',
    why: 'Ada says: cut off; its fence, 1.0.0, stops by itself',
  });
  expect(judgeHandover(facts).isAllowed).toBe(true);
});

test.each<[string, HandoverFacts]>([
  ['no fence ever spoke', cut([])],
  ['what the fences report cannot be read', cut(null)],
  ['it had said no version', cut([fence({ version: null, describedAt: null })])],
  ['it had said no isolation time', cut([fence({ isolationMs: null, describedAt: null })])],
  ['it described itself only as the handover began', cut([fence({ describedAt: begunAt })])],
  ['it is the fence of another signer', cut([fence({ signer: 'beta' })])],
  ['it is the fence of another instance', cut([fence({ instance: 'b' })])],
  [
    'nobody knows its instance, and one of two fences had said nothing',
    cut([fence(), fence({ instance: 'b', version: null, describedAt: null })], {
      former: { holder: home, instance: null },
    }),
  ],
  ['nobody knows who held the keys', cut([fence()], { former: null })],
  [
    'another house held the keys',
    cut([fence()], { former: { holder: { kind: 'basement', site: 'hut' }, instance: null } }),
  ],
  [
    'a node held them whose instance nobody knows',
    cut([fence()], { former: { holder: node, instance: null } }),
  ],
])('a cut is not believed when %s', (_, facts) => {
  expect(fenced(facts)).toMatchObject({ state: 'not-met', notBefore: null, isWaiting: false });
  expect(fenced(facts)?.why).toContain('power it off instead');
  expect(judgeHandover(facts).isAllowed).toBe(false);
});

/** A head of two epochs is what a fence notices at the latest, and a little more until it looks. */
const noticed = 2 * 384_000 + minute;

test('a cut counts once the fence has had its time, and two epochs and a minute to notice; no override skips that', () => {
  const { at } = ethereumFacts();
  const cutAt = at - noticed - 10 * minute;
  expect(fenced(cut([fence()], { at: cutAt }))).toMatchObject({ state: 'met' });
  const early = cut([fence()], { at: cutAt + 1 });
  expect(fenced(early)).toMatchObject({ state: 'not-met', notBefore: at + 1, isWaiting: false });
  expect(judgeHandover(early).skippable).toEqual([]);
});

test('the slowest fence of a house counts', () => {
  const { at } = ethereumFacts();
  const fences = [fence(), fence({ instance: 'b', isolationMs: 20 * minute })];
  const facts = cut(fences, { at: at - noticed - 10 * minute, former: { holder: home, instance: null } });
  expect(fenced(facts)).toMatchObject({ state: 'not-met', notBefore: at + 10 * minute });
});
