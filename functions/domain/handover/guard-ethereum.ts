// The guard of Ethereum: three whole epochs of silence, seen by somebody else and by the node that is to sign, on a chain that finalizes.
import type { Condition } from './condition.ts';
import { epochAt, epochStart, firstEpochAfter } from './epochs.ts';
import type { Epochs, SourceFacts } from './facts.ts';
import {
  foreignOf,
  isPresent,
  type Judging,
  late,
  met,
  type Must,
  notMet,
  operatorsOf,
  shortKey,
  targetOf,
  unknown,
  wait,
} from './judged.ts';
import type { EpochRecord } from './record.ts';

/** Of one epoch: who has a record of it that was made when it could be whole. */
type Seen = { readonly source: SourceFacts; readonly record: EpochRecord };

type Epoch = Judging & { readonly epochs: Epochs; readonly epoch: number };

function recordsOf({ facts, epochs, epoch }: Epoch): Seen[] {
  return facts.sources.flatMap((source) => {
    if (source.shown?.of !== 'epochs') return [];
    const record = source.shown.epochs.find((each) => each.epoch === epoch);
    // Attestations of an epoch may be included until the end of the next one.
    return record !== undefined && record.askedAt >= epochStart(epochs, epoch + 2)
      ? [{ source, record }]
      : [];
  });
}

const troubleOf = (sources: readonly SourceFacts[]): string =>
  sources
    .flatMap(({ operator, trouble }) => (trouble === null ? [] : [`${operator}: ${trouble}`]))
    .join('; ');

/** Those whose word counts for silence: the node that is to sign, and somebody else. */
function witnessesOf(given: Epoch, must: Must): { readonly seen: readonly Seen[] } | Condition {
  const { facts, epochs, epoch } = given;
  const whole = epochStart(epochs, epoch + 2);
  if (facts.at < whole) {
    return wait(must, 'its attestations may still come', whole);
  }
  const seen = recordsOf(given).filter(({ source }) => source.role !== 'own');
  const target = targetOf(facts);
  if (target === null || !seen.some(({ source }) => source.source === target.source)) {
    return late(must, target?.trouble ?? 'the node that is to sign has not shown it');
  }
  if (!seen.some(({ source }) => source.role === 'foreign')) {
    return late(must, troubleOf(foreignOf(facts)) || 'nobody else has shown it');
  }
  return { seen };
}

function silence(given: Epoch): Condition {
  const { facts, epoch } = given;
  const must: Must = { id: 'silence', part: String(epoch), must: `no key attested in epoch ${epoch}` };
  const { keys } = facts.signer;
  for (const { operator, shown } of facts.sources) {
    const record = shown?.of === 'epochs' ? shown.epochs.find((each) => each.epoch === epoch) : undefined;
    const key = record?.keys.indexOf('alive') ?? -1;
    if (key !== -1) {
      return notMet(
        must,
        `${shortKey(keys[key])} did, says ${operator}: make sure that it is off, then begin again`,
      );
    }
  }
  const found = witnessesOf(given, must);
  if (!('seen' in found)) return found;
  for (const { source, record } of found.seen) {
    if (record.keys.length !== keys.length) return unknown(must, `${source.operator} does not show each key`);
    const key = record.keys.findIndex((word) => word !== 'silent');
    if (key !== -1) return unknown(must, `${source.operator} cannot tell of ${shortKey(keys[key])}`);
  }
  const roots = new Set(found.seen.map(({ record }) => record.root));
  if (roots.size !== 1) return unknown(must, 'the sources show different blocks');
  return met(
    must,
    `${operatorsOf(found.seen.map(({ source }) => source)).join(', ')}; all of its blocks were read`,
  );
}

function participation(given: Epoch): Condition {
  const { policy, epoch } = given;
  const percent = Math.round(policy.leastParticipation * 100);
  const must: Must = {
    id: 'participation',
    part: String(epoch),
    must: `${percent} % of all validators or more attested in epoch ${epoch}`,
  };
  const found = witnessesOf(given, must);
  if (!('seen' in found)) return found;
  const least = Math.min(...found.seen.map(({ record }) => record.participation));
  if (!(least >= 0 && least <= 1)) return unknown(must, 'it cannot be told');
  const words = `${Math.floor(least * 100)} %`;
  return least >= policy.leastParticipation
    ? met(must, words)
    : notMet(must, `only ${words}: the chain is not well`);
}

function finality(judging: Judging, epochs: Epochs, first: number): Condition {
  const { facts, policy } = judging;
  const needed = first + policy.epochs - 1;
  const must: Must = {
    id: 'finality',
    must: `epoch ${needed} is finalized, and the chain goes on finalizing`,
  };
  const all = facts.sources.filter((source) => source.role !== 'own');
  const present = all.filter((source) => isPresent(source, judging));
  const points = present.flatMap(({ role, operator, now }) =>
    now === null || now.finalized === null
      ? []
      : [{ role, operator, askedAt: now.askedAt, finalized: now.finalized }],
  );
  for (const { operator, askedAt, finalized } of points) {
    const lag = epochAt(epochs, askedAt) - finalized.epoch;
    if (lag < 0) return unknown(must, `${operator} calls an epoch finalized that has not begun`);
    if (lag > policy.mostFinalityLag) {
      return notMet(
        must,
        `${operator} has finalized nothing for ${lag} epochs: nobody hands over on a chain that does not finalize`,
      );
    }
  }
  if (!points.some(({ role }) => role === 'target'))
    return unknown(must, 'the node that is to sign does not say');
  if (!points.some(({ role }) => role === 'foreign')) return unknown(must, 'nobody else says');
  const roots = new Map<number, string>();
  for (const { finalized } of points) {
    if ((roots.get(finalized.epoch) ?? finalized.root) !== finalized.root) {
      return notMet(must, `two sources have finalized different blocks in epoch ${finalized.epoch}`);
    }
    roots.set(finalized.epoch, finalized.root);
  }
  const least = Math.min(...points.map(({ finalized }) => finalized.epoch));
  if (least >= needed) return met(must, `epoch ${least}`);
  return wait(must, `epoch ${least} is`, Math.max(epochStart(epochs, needed + 2), facts.at));
}

function ears(judging: Judging, epochs: Epochs, first: number): Condition {
  const { facts, policy } = judging;
  const must: Must = { id: 'ears', must: 'the node that is to sign hears the network, and none of the keys' };
  const target = targetOf(facts);
  const now = target !== null && isPresent(target, judging) ? target.now : null;
  const heard = target?.now?.liveness ?? null;
  if (heard !== null && heard.epoch >= first && heard.heard.length > 0) {
    return notMet(
      must,
      `it hears ${shortKey(facts.signer.keys[heard.heard[0] ?? -1])} in epoch ${heard.epoch}`,
    );
  }
  if (now === null || now.liveness === null) return late(must, 'it does not say');
  const { epoch, strangers, strangersHeard } = now.liveness;
  if (epoch < first) return wait(must, `it tells of epoch ${epoch} only`, epochStart(epochs, first + 1));
  // Asked at the turn of an epoch it may tell of the one before.
  if (epoch < epochAt(epochs, now.askedAt) - 2) return late(must, `it tells of epoch ${epoch} only`);
  if (!(strangers >= policy.leastStrangers)) return late(must, 'it is not known whether it hears others');
  return strangersHeard >= strangers - Math.floor(strangers / 8)
    ? met(must, `${strangersHeard} of ${strangers} others, and none of ours, in epoch ${epoch}`)
    : late(
        must,
        `it hears ${strangersHeard} of ${strangers} others: it was restarted, or does not listen everywhere`,
      );
}

/** `begun` is when the keys were taken from everybody, epoch ms. */
export function judgeEthereum(judging: Judging, begun: number): Condition[] {
  const { facts, policy } = judging;
  const { epochs } = facts;
  if (epochs === null) {
    return [unknown({ id: 'silence', must: 'no key attests' }, 'it is not known when the chain began')];
  }
  const first = firstEpochAfter(epochs, begun);
  const wanted = Array.from({ length: policy.epochs }, (_, index) => ({
    ...judging,
    epochs,
    epoch: first + index,
  }));
  return [
    ...wanted.map(silence),
    ...wanted.map(participation),
    finality(judging, epochs, first),
    ears(judging, epochs, first),
  ];
}
