// Signatures with keys that nobody holds: dated by the act, so that what was under way as they were taken away is none.
import { doubt } from '../doubt.ts';
import type { ChainName } from '../chain.ts';
import type { Subject } from '../incident.ts';
import type { Observation } from '../machine.ts';
import type { Ledger } from '../signing.ts';
import type { FlagRead, KeyFlag } from '../standby/key-flag.ts';
import type { Trace } from '../trace.ts';
import { shortKey } from './judged.ts';
import { type HandoverRecord, isSettled, type SourceRecord } from './record.ts';

type Observed = { readonly subject: Subject; readonly observation: Observation };
type Signer = { readonly id: string; readonly chain: ChainName; readonly keys: readonly string[] };

type Given = {
  readonly signers: readonly Signer[];
  readonly flags: Readonly<Record<string, FlagRead>>;
  readonly ledger: Ledger;
  /** Of the signers whose keys nobody holds, as far as they could be read. */
  readonly records: Readonly<Record<string, HandoverRecord>>;
  /** When a person last stated the cause of a subject; null when nobody did. */
  readonly clearedAt: (subject: Subject) => number | null;
};

/** `at`: when it can have been at the earliest, or, where only the epoch is known, when it was read for good. */
type Signature = {
  readonly key: number;
  readonly unit: number;
  readonly source: string;
  readonly at: number;
};

/** A height takes seconds; the fence has so long to notice that the keys were taken away. */
const underWayMs = 60_000;
/** Where the beginning of an epoch is not at hand an act counts only so much later: it is the length of an epoch. */
const epochMs = 384_000;

const isOfEpochs = (chain: ChainName): boolean => chain === 'ethereum';

/** Acts of an epoch that began after `since`, or of a height later than what was under way. */
function inTrace(source: string, trace: Trace, chain: ChainName, since: number): Signature[] {
  const begins = new Map(trace.open.map(({ unit, at }) => [unit, at]));
  const isLater = (unit: number, at: number): boolean =>
    isOfEpochs(chain) ? (begins.get(unit) ?? at - epochMs) > since : at > since + underWayMs;
  return trace.keys.flatMap(({ acts }, key) =>
    acts.flatMap(({ unit, at }) => (isLater(unit, at) ? [{ key, unit, source, at }] : [])),
  );
}

/** A record is of epochs and heights after `begin` only. */
function inRecord({ source, shown }: SourceRecord, since: number): Signature[] {
  if (shown?.of === 'epochs') {
    // One that is not settled is read again, and dated anew.
    return shown.epochs
      .filter(isSettled)
      .flatMap(({ epoch, askedAt, keys }) =>
        keys.flatMap((word, key) => (word === 'alive' ? [{ key, unit: epoch, source, at: askedAt }] : [])),
      );
  }
  const last = shown?.lastBreak ?? null;
  return last !== null && last.word === 'alive' && last.at > since + underWayMs
    ? [{ key: last.key, unit: last.height, source, at: last.at }]
    : [];
}

const isOf = (record: HandoverRecord, flag: KeyFlag, { keys }: Signer): boolean =>
  record.generation === flag.generation &&
  record.begunAt === flag.since &&
  record.keys.join(' ') === keys.join(' ');

function signaturesOf(signer: Signer, flag: KeyFlag, { ledger, records }: Given): Signature[] {
  const own = ledger[signer.id];
  const isSame = own !== undefined && own.keys.join(' ') === signer.keys.join(' ');
  const record = records[signer.id];
  return [
    ...Object.entries(isSame ? own.traces : {}).flatMap(([source, trace]) =>
      inTrace(source, trace, signer.chain, flag.since),
    ),
    ...(record !== undefined && isOf(record, flag, signer)
      ? record.sources.flatMap((source) => inRecord(source, flag.since))
      : []),
  ];
}

function observe(signer: Signer, subject: Subject, given: Given): Observation {
  const read = given.flags[signer.id];
  if (read?.isReadable !== true) return { status: 'unknown' };
  const { flag } = read;
  if (flag === null || flag.holder.kind !== 'none') return { status: 'good' };
  const since = given.clearedAt(subject) ?? Number.NEGATIVE_INFINITY;
  const seen = signaturesOf(signer, flag, given).filter(({ at }) => at > since);
  if (seen.length === 0) return { status: 'good' };
  const newest = seen.toSorted((a, b) => b.unit - a.unit);
  const unit = isOfEpochs(signer.chain) ? 'epoch' : 'height';
  return doubt(
    'signed-unheld',
    'its keys sign although nobody holds them: somewhere a client runs; stop it NOW, on every side, then begin again',
    newest
      .slice(0, 3)
      .map(
        (each) => `${shortKey(signer.keys[each.key])} signed in ${unit} ${each.unit}, says ${each.source}`,
      ),
  );
}

/** One subject for each signer. */
export function observeUnheld(given: Given): Observed[] {
  return given.signers.map((signer) => {
    const subject: Subject = { kind: 'signature', id: signer.id };
    return { subject, observation: observe(signer, subject, given) };
  });
}
