// While nobody holds the keys of a signer: writes down what each source of its chain shows of it, epoch by epoch or height by height.
import type { BoundSource } from '../chains/chain.ts';
import { extendShown } from '../domain/handover/extend-record.ts';
import type { HandoverRecord, SourceRecord } from '../domain/handover/record.ts';
import type { SiteRules } from '../domain/policy.ts';
import type { FlagRead, KeyFlag } from '../domain/standby/key-flag.ts';
import { describeError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { RoundNeeds } from './probe-round.ts';
import type { HandoverStore } from '../stores/store.ts';

type Signer = SiteRules['signers'][number];

type Given = {
  readonly rules: SiteRules;
  readonly sources: readonly BoundSource[];
  readonly flags: Readonly<Record<string, FlagRead>>;
  readonly store: HandoverStore;
  readonly needs: RoundNeeds;
};

/** Real milliseconds for each source. What is not read then is read at the next tick. */
const timeoutMs = 8_000;
const longestTrouble = 300;

/** What is recorded belongs to one `begin` and to these keys; anything else is begun anew. */
function fits(record: HandoverRecord | null, flag: KeyFlag, signer: Signer): boolean {
  return (
    record !== null &&
    record.generation === flag.generation &&
    record.begunAt === flag.since &&
    record.keys.join(' ') === signer.keys.join(' ')
  );
}

const emptyRecord = (flag: KeyFlag, { id, chain, keys }: Signer): HandoverRecord => ({
  signer: id,
  chain,
  keys,
  generation: flag.generation,
  begunAt: flag.since,
  sources: [],
});

type Look = {
  readonly source: BoundSource;
  readonly answer: Awaited<ReturnType<BoundSource['record']>>;
  readonly askedAt: number;
};

/** With what one source has shown. Two of us that look at once write the same down, in whatever order. */
function withLook(record: HandoverRecord, { source, answer, askedAt }: Look): HandoverRecord {
  const { id, operator, isOwn } = source;
  const before = record.sources.find((each) => each.source === id);
  const shown = before?.shown ?? null;
  const next: SourceRecord = {
    source: id,
    operator,
    isOwn,
    shown: answer.ok ? extendShown(shown, answer.reading, askedAt) : shown,
    trouble: (answer.ok ? answer.trouble : answer.detail)?.slice(0, longestTrouble) ?? null,
  };
  return { ...record, sources: [...record.sources.filter((each) => each.source !== id), next] };
}

async function look(
  source: BoundSource,
  {
    signer,
    flag,
    record,
  }: { readonly signer: Signer; readonly flag: KeyFlag; readonly record: HandoverRecord },
  needs: RoundNeeds,
): Promise<Look> {
  const before = record.sources.find((each) => each.source === source.id)?.shown ?? null;
  const run = { signal: needs.signal, timeoutMs, now: needs.clock.now };
  const given = { keys: signer.keys, begunAt: flag.since, before };
  const answer = await needs.inTurn(() => source.record(given, run));
  return { source, answer, askedAt: needs.clock.now() };
}

async function recordSigner(signer: Signer, flag: KeyFlag, given: Given): Promise<void> {
  const { store, sources, needs } = given;
  const found = await store.readHandover(signer.id);
  const record = fits(found, flag, signer) && found !== null ? found : emptyRecord(flag, signer);
  const asked = sources.filter(({ chain }) => chain === signer.chain);
  const looks = await Promise.all(asked.map((source) => look(source, { signer, flag, record }, needs)));
  await store.changeHandover(signer.id, (before) => {
    // A newer beginning than the one that this tick has seen is not undone.
    if (before !== null && before.generation > flag.generation) return null;
    const base = fits(before, flag, signer) && before !== null ? before : emptyRecord(flag, signer);
    return looks.reduce(withLook, base);
  });
}

/** Signers whose keys nobody holds, with their flags. */
const underWay = ({ rules, flags }: Pick<Given, 'rules' | 'flags'>) =>
  rules.signers.flatMap((signer) => {
    const read = flags[signer.id];
    return read?.isReadable === true && read.flag?.holder.kind === 'none'
      ? [{ signer, flag: read.flag }]
      : [];
  });

/** Never rejects; a sentence for each signer of which nothing could be written down. In peace it asks nothing and nobody. */
export async function recordHandovers(given: Given): Promise<string[]> {
  const problems = await Promise.all(
    underWay(given).map(async ({ signer, flag }): Promise<readonly string[]> => {
      try {
        await recordSigner(signer, flag, given);
        return [];
      } catch (error) {
        return [`the record of ${signer.id}: ${redactText(describeError(error))}`];
      }
    }),
  );
  return problems.flat();
}
