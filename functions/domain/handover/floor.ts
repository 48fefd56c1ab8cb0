// Floors: below them the client that is to sign never signs, whatever the other side signed before it was fenced.
import { epochAt } from './epochs.ts';
import type { Epochs, ProtectionFact } from './facts.ts';

/** The marks of one key of Ethereum, as EIP-3076 has them: nothing at or below them is signed. */
export type Marks = { readonly source: bigint; readonly target: bigint; readonly slot: bigint };

/** The last thing that CometBFT signed, or may have: nothing up to it is signed. Step 3 is the precommit. */
export type LastSign = { readonly height: bigint; readonly round: bigint; readonly step: bigint };

/**
 * From a synchronised clock, never from the last attestation that was seen: whatever was signed until now, even unseen, lies below. Source:
 * https://eips.ethereum.org/EIPS/eip-3076#conditions
 */
export function ethereumFloor(epochs: Epochs, at: number): Marks {
  const epoch = epochAt(epochs, at);
  return {
    source: BigInt(epoch),
    target: BigInt(epoch + 1),
    slot: BigInt((epoch + 2) * epochs.slotsPerEpoch - 1),
  };
}

/** How far above the tip: some that were signed and not seen, and room for a tip that we see late. */
const heightsAboveTip = 50;

export const cometFloor = (tip: number): LastSign => ({
  height: BigInt(tip + heightsAboveTip),
  round: 0n,
  step: 3n,
});

/** What a client's own export says of its keys; null for one of which it says nothing that protects. */
export type Protection =
  | { readonly of: 'marks'; readonly keys: ReadonlyMap<string, Marks> }
  | { readonly of: 'last-sign'; readonly lastSign: LastSign };

export type Compared = {
  readonly key: string;
  readonly result: 'ok' | 'below' | 'missing' | 'extra';
  readonly what: string;
};

const shown = ({ source, target, slot }: Marks): string => `source ${source}, target ${target}, slot ${slot}`;
const shownLast = ({ height, round, step }: LastSign): string =>
  `height ${height}, round ${round}, step ${step}`;

const isAtOrAbove = (marks: Marks, floor: Marks): boolean =>
  marks.source >= floor.source && marks.target >= floor.target && marks.slot >= floor.slot;

/** In the order in which CometBFT compares them. */
function isLastAtOrAbove(last: LastSign, floor: LastSign): boolean {
  if (last.height !== floor.height) return last.height > floor.height;
  if (last.round !== floor.round) return last.round > floor.round;
  return last.step >= floor.step;
}

/** Key by key: what the client holds against the floor of each of these keys; keys beyond them are named as well. */
export function compareMarks(
  held: ReadonlyMap<string, Marks>,
  floors: ReadonlyMap<string, Marks>,
): Compared[] {
  const rows = [...floors].map(([key, floor]): Compared => {
    const marks = held.get(key);
    if (marks === undefined) return { key, result: 'missing', what: 'the client has nothing of it' };
    return isAtOrAbove(marks, floor)
      ? { key, result: 'ok', what: shown(marks) }
      : { key, result: 'below', what: `${shown(marks)}; the floor is ${shown(floor)}` };
  });
  const extra = [...held].flatMap(([key, marks]): Compared[] =>
    floors.has(key) ? [] : [{ key, result: 'extra', what: shown(marks) }],
  );
  return [...rows, ...extra];
}

export function compareLastSign(last: LastSign, floor: LastSign): Compared {
  const key = 'priv_validator_state.json';
  return isLastAtOrAbove(last, floor)
    ? { key, result: 'ok', what: shownLast(last) }
    : { key, result: 'below', what: `${shownLast(last)}; the floor is ${shownLast(floor)}` };
}

/** Nothing below, nothing missing. Keys beyond the signer's are no danger to it. */
export const isProtected = (rows: readonly Compared[]): boolean =>
  rows.length > 0 && rows.every(({ result }) => result === 'ok' || result === 'extra');

const far = 1n << 62n;

/** What is wrong with the protection of a client that is to sign, for the guard. */
export function judgeProtection(
  protection: Protection,
  floor:
    | { readonly of: 'marks'; readonly keys: ReadonlyMap<string, Marks> }
    | { readonly of: 'last-sign'; readonly lastSign: LastSign },
): ProtectionFact {
  if (protection.of === 'marks' && floor.of === 'marks') {
    const rows = compareMarks(protection.keys, floor.keys);
    const bad = rows.find(({ result }) => result === 'below' || result === 'missing');
    const never = [...protection.keys].find(([, { slot, target }]) => slot >= far || target >= far);
    if (never !== undefined)
      return { problem: `${never[0]}: its marks are so high that it would never sign again`, height: null };
    if (bad !== undefined) return { problem: `${bad.key} is ${bad.result}: ${bad.what}`, height: null };
    return isProtected(rows)
      ? { problem: null, height: null }
      : { problem: 'there is no key in it', height: null };
  }
  if (protection.of === 'last-sign' && floor.of === 'last-sign') {
    const { lastSign } = protection;
    const row = compareLastSign(lastSign, floor.lastSign);
    if (lastSign.height >= BigInt(Number.MAX_SAFE_INTEGER)) {
      return { problem: 'its height is so high that it would never sign again', height: null };
    }
    if (row.result !== 'ok') return { problem: row.what, height: null };
    return { problem: null, height: Number(lastSign.height) };
  }
  return { problem: 'it is the protection of another kind of client', height: null };
}
