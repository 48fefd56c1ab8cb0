// Whether one key signs, from what several operators show: life needs one witness whom nobody contradicts, silence needs two.
import type { SigningPolicy } from './chain-policy.ts';
import type { Standing } from './evidence.ts';
import type { Dated, KeyTrace, Trace } from './trace.ts';

/** What one operator shows of one key: the source of it that has read furthest. */
export type Witness = {
  readonly operator: string;
  readonly isOwn: boolean;
  readonly through: number | null;
  readonly key: KeyTrace;
};

export type KeyVerdict = {
  readonly state: 'signing' | 'quiet' | 'silent' | 'inactive' | 'unknown';
  readonly standing: Standing;
  /** The latest act that is believed, epoch ms. */
  readonly actAt: number | null;
  /** When the first unit began that two operators show without an act; null while there is none. */
  readonly silentSince: number | null;
  /** A few words; names no key. */
  readonly why: string;
};

type Source = { readonly operator: string; readonly isOwn: boolean; readonly trace: Trace };

/** One witness for each operator: two sources of one operator are one, and what either saw of life is seen. */
export function witnessesOf(sources: readonly Source[], position: number): Witness[] {
  const witnesses = new Map<string, Witness>();
  for (const { operator, isOwn, trace } of sources) {
    const key = trace.keys[position];
    if (key === undefined) continue;
    const other = witnesses.get(operator);
    const mine = { operator, isOwn: isOwn || (other?.isOwn ?? false), through: trace.through, key };
    if (other === undefined) {
      witnesses.set(operator, mine);
      continue;
    }
    const [ahead, behind] =
      (other.through ?? -1) > (trace.through ?? -1) ? [other.key, key] : [key, other.key];
    const acts = [...ahead.acts, ...behind.acts].toSorted((a, b) => b.unit - a.unit);
    const through = Math.max(other.through ?? -1, trace.through ?? -1);
    witnesses.set(operator, { ...mine, through: through < 0 ? null : through, key: { ...ahead, acts } });
  }
  return [...witnesses.values()];
}

/** True when the witness has read the whole of a unit in which the other saw an act, and found none. */
const denies = ({ isOwn, through, key: { absent } }: Witness, other: Witness): boolean =>
  !isOwn &&
  absent !== null &&
  through !== null &&
  other.key.acts.some(({ unit }) => absent.unit <= unit && unit <= through);

const names = (witnesses: readonly Witness[]): string =>
  witnesses.map((witness) => witness.operator).join(', ');

type Life =
  | {
      readonly known: true;
      readonly act: Dated | null;
      /** Witnesses who found nothing where a majority saw an act: what they say of silence is not believed. */
      readonly overruled: readonly Witness[];
    }
  | { readonly known: false; readonly why: string };

const latestOf = (witnesses: readonly Witness[]): Dated | null =>
  witnesses
    .flatMap(({ key }) => key.acts.slice(0, 1))
    .reduce<Dated | null>((latest, act) => (latest === null || act.unit > latest.unit ? act : latest), null);

/** The latest act that stands. Where operators contradict each other only a majority of at least two is believed. */
function life(witnesses: readonly Witness[]): Life {
  const trusted: Witness[] = [];
  const overruled: Witness[] = [];
  for (const witness of witnesses) {
    const against = witnesses.filter((other) => denies(other, witness));
    const inFavour = witnesses.filter((other) => against.some((each) => denies(each, other)));
    if (against.length === 0 || (inFavour.length >= 2 && inFavour.length > against.length)) {
      trusted.push(witness);
      overruled.push(...against);
    } else if (against.length < 2 || against.length <= inFavour.length) {
      return {
        known: false,
        why: `operators disagree: ${names(inFavour)} shows it signing, ${names(against)} does not`,
      };
    }
  }
  return { known: true, act: latestOf(trusted), overruled };
}

type Silence = { readonly units: number; readonly since: number; readonly operator: string };

/** How long each operator that may speak of silence has seen nothing, longest first. */
function silences(witnesses: readonly Witness[], after: number): Silence[] {
  return witnesses
    .flatMap(({ operator, isOwn, through, key }) => {
      if (isOwn || key.absent === null || through === null) return [];
      const from = Math.max(key.absent.unit, after + 1);
      return through < from ? [] : [{ operator, units: through - from + 1, since: key.absent.at }];
    })
    .toSorted((a, b) => b.units - a.units);
}

function standingOf(witnesses: readonly Witness[]): Standing | null {
  const known = [
    ...new Set(witnesses.map(({ key }) => key.standing).filter((standing) => standing !== 'unknown')),
  ];
  const isSplit = known.includes('active') && known.length > 1;
  return isSplit ? null : (known[0] ?? 'unknown');
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

type Given = { readonly at: number; readonly unitName: string };

/** `unitName` is `epoch` or `height`. `witnesses` are the operators whose head is fresh. Every input has exactly one verdict. */
export function weighKey(witnesses: readonly Witness[], policy: SigningPolicy, given: Given): KeyVerdict {
  const verdict = weighAll(witnesses, policy, given);
  const others = witnesses.filter(({ isOwn }) => !isOwn);
  if (verdict.state !== 'silent' || others.length === witnesses.length) return verdict;
  // Our own node may settle a dispute of others about an act; that they agree on silence since then must not rest on it.
  const without = weighAll(others, policy, given);
  return without.state === 'silent' ? verdict : without;
}

function weighAll(witnesses: readonly Witness[], policy: SigningPolicy, given: Given): KeyVerdict {
  const { at, unitName } = given;
  const standing = standingOf(witnesses);
  const verdict = (
    state: KeyVerdict['state'],
    why: string,
    more: Partial<Pick<KeyVerdict, 'actAt' | 'silentSince'>> = {},
  ): KeyVerdict => ({ state, standing: standing ?? 'unknown', actAt: null, silentSince: null, why, ...more });

  if (witnesses.length === 0) return verdict('unknown', 'no source has answered with a fresh head');
  if (standing === null) return verdict('unknown', 'operators disagree on whether it is active');
  if (standing !== 'active' && standing !== 'unknown') return verdict('inactive', standing);
  const shown = life(witnesses);
  if (!shown.known) return verdict('unknown', shown.why);
  const { act } = shown;
  const actAt = act?.at ?? null;
  const believed = witnesses.filter((witness) => !shown.overruled.includes(witness));
  const [first, second] = silences(believed, act?.unit ?? -1);
  if (first !== undefined && second !== undefined) {
    const silentSince = Math.max(first.since, second.since);
    const isSilent = second.units >= policy.silentUnits && at - silentSince >= policy.silentMs;
    const words = `no signature in ${plural(second.units, unitName)} (${first.operator}, ${second.operator})`;
    return verdict(isSilent ? 'silent' : 'quiet', words, { actAt, silentSince });
  }
  if (first !== undefined && first.units >= policy.silentUnits) {
    const words = `no signature in ${plural(first.units, unitName)} by ${first.operator} alone; no second operator has read them`;
    return verdict('unknown', words, { actAt });
  }
  if (first !== undefined) {
    return verdict('quiet', `no signature in ${plural(first.units, unitName)} (${first.operator})`, {
      actAt,
    });
  }
  if (act !== null && at - act.at <= policy.freshMs)
    return verdict('signing', `signed in ${unitName} ${act.unit}`, { actAt });
  return verdict(
    'unknown',
    act === null ? 'not seen signing yet' : `last seen signing in ${unitName} ${act.unit}`,
    {
      actAt,
    },
  );
}
