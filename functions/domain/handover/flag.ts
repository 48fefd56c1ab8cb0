// The life of a flag: who may sign, and how that passes from one to another. Revoke, wait, grant; the generation only grows.
import { type Backup, type FlagRead, type Holder, holderText, type KeyFlag } from '../standby/key-flag.ts';

export const flagRefusals = [
  'unreadable',
  'no-flag',
  'there-already',
  'held',
  'not-held',
  'other-keys',
  'nothing-to-give-back',
] as const;
export type FlagRefusal = (typeof flagRefusals)[number];

/** `next` is to be written on top of the flag that was read, and of no other. */
export type FlagChange =
  | { readonly ok: true; readonly next: KeyFlag }
  | { readonly ok: false; readonly reason: FlagRefusal; readonly text: string };

/** What a change is made for: the signer as it is configured, by whom, when and why. */
export type Changing = {
  readonly signer: { readonly id: string; readonly site: string; readonly keys: readonly string[] };
  readonly at: number;
  readonly by: string;
  readonly reason: string;
};

/** After a restore of the database, generations that were given meanwhile must not be given again. */
const afterRestore = 1_000;
const longest = 300;
export const mostEvidence = 40;

const refuse = (reason: FlagRefusal, text: string): FlagChange => ({ ok: false, reason, text });
const line = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, longest);

const isSameKeys = (a: readonly string[], b: readonly string[]): boolean =>
  a.toSorted().join(' ') === b.toSorted().join(' ');

/** The flag that is there; or why there is nothing to change. */
function flagIn(
  read: FlagRead,
  { signer }: Changing,
): { readonly flag: KeyFlag } | { readonly refused: FlagChange } {
  if (!read.isReadable) {
    return { refused: refuse('unreadable', `the keys database cannot be read: ${read.why}`) };
  }
  if (read.flag === null) {
    return {
      refused: refuse(
        'no-flag',
        `nothing is written of ${signer.id} yet: run watchdog handover init ${signer.id}`,
      ),
    };
  }
  if (!isSameKeys(read.flag.publicKeys, signer.keys)) {
    return {
      refused: refuse(
        'other-keys',
        `the flag of ${signer.id} is of other keys than the configuration: while the same side holds them, run watchdog handover init ${signer.id} --keys-changed`,
      ),
    };
  }
  return { flag: read.flag };
}

function nobody(flag: KeyFlag, { at, by, reason }: Changing, former: KeyFlag['former']): KeyFlag {
  return {
    ...flag,
    holder: { kind: 'none' },
    instance: null,
    generation: flag.generation + 1,
    since: at,
    by: line(by),
    reason: line(reason),
    evidence: [],
    former,
    override: null,
  };
}

type Init = Changing & { readonly backup: Backup; readonly instance: string | null };

/** The first flag of a signer: its house holds the keys. */
export function initFlag(read: FlagRead, given: Init): FlagChange {
  const { signer, at, by, reason, backup, instance } = given;
  if (!read.isReadable) return refuse('unreadable', `the keys database cannot be read: ${read.why}`);
  if (read.flag !== null) {
    return refuse(
      'there-already',
      `${holderText(read.flag.holder)} holds the keys of ${signer.id} already, generation ${read.flag.generation}`,
    );
  }
  return {
    ok: true,
    next: {
      holder: { kind: 'basement', site: signer.site },
      instance,
      generation: 1,
      minHeight: null,
      publicKeys: signer.keys,
      since: at,
      by: line(by),
      reason: line(reason),
      evidence: [],
      former: null,
      backup,
      override: null,
    },
  };
}

/**
 * The first flag after the database was lost: nobody holds, and the generation is greater than any that was ever given, for it is the time in
 * seconds. Whoever held the keys must be found out by a person.
 */
export function initLostFlag(read: FlagRead, given: Init): FlagChange {
  const first = initFlag(read, given);
  if (!first.ok) return first;
  const generation = Math.floor(given.at / 1000);
  return { ok: true, next: { ...first.next, holder: { kind: 'none' }, instance: null, generation } };
}

/**
 * Names the machine of the house that holds, where none was named yet. One that is named gives way to another only the whole way: both could run.
 */
export function nameMachine(read: FlagRead, given: Changing & { readonly instance: string }): FlagChange {
  const found = flagIn(read, given);
  if ('refused' in found) return found.refused;
  const { flag } = found;
  const { signer, at, by, reason, instance } = given;
  if (flag.holder.kind !== 'basement' || flag.holder.site !== signer.site) {
    return refuse(
      'not-held',
      `${holderText(flag.holder)} holds the keys of ${signer.id}, and not this house`,
    );
  }
  if (flag.instance !== null) {
    return refuse(
      'there-already',
      flag.instance === instance
        ? `${signer.id} is held by that machine already, generation ${flag.generation}`
        : `${signer.id} is held by another machine of this house; take the keys the whole way: watchdog handover begin ${signer.id}`,
    );
  }
  return {
    ok: true,
    next: {
      ...flag,
      instance,
      generation: flag.generation + 1,
      since: at,
      by: line(by),
      reason: line(reason),
      evidence: [],
      override: null,
    },
  };
}

/** The configured keys become those of the flag; whoever holds goes on holding. Also answers the question for a backup anew. */
export function withKeys(read: FlagRead, given: Changing & { readonly backup: Backup | null }): FlagChange {
  const { signer, at, by, reason, backup } = given;
  if (!read.isReadable) return refuse('unreadable', `the keys database cannot be read: ${read.why}`);
  if (read.flag === null) {
    return refuse(
      'no-flag',
      `nothing is written of ${signer.id} yet: run watchdog handover init ${signer.id}`,
    );
  }
  if (read.flag.holder.kind === 'none') {
    return refuse('not-held', 'nobody holds the keys: what is handed over does not change under way');
  }
  return {
    ok: true,
    next: {
      ...read.flag,
      publicKeys: signer.keys,
      generation: read.flag.generation + 1,
      since: at,
      by: line(by),
      reason: line(reason),
      evidence: [],
      backup: backup ?? read.flag.backup,
      override: null,
    },
  };
}

/**
 * Takes the keys from whoever holds them: from then on nobody may sign, and silence counts. Begun again all waits begin anew; who held them before
 * stays known.
 */
export function beginHandover(read: FlagRead, given: Changing): FlagChange {
  const found = flagIn(read, given);
  if ('refused' in found) return found.refused;
  const { flag } = found;
  const held = flag.holder.kind === 'none' ? flag.former : { holder: flag.holder, instance: flag.instance };
  return { ok: true, next: nobody(flag, given, held) };
}

/** Gives the keys back to whoever held them; possible only while nothing was taken since they were taken away. */
export function abortHandover(read: FlagRead, given: Changing): FlagChange {
  const found = flagIn(read, given);
  if ('refused' in found) return found.refused;
  const { flag } = found;
  if (flag.holder.kind !== 'none') {
    return refuse(
      'held',
      `${holderText(flag.holder)} holds the keys: there is nothing to abort; what was taken goes back only the same way`,
    );
  }
  if (flag.former === null) {
    return refuse('nothing-to-give-back', 'it is not known who held them before: take them the whole way');
  }
  const { holder, instance } = flag.former;
  return {
    ok: true,
    next: { ...nobody(flag, given, null), holder, instance },
  };
}

export type Taking = Changing & {
  readonly holder: Exclude<Holder, { readonly kind: 'none' }>;
  readonly instance: string | null;
  readonly minHeight: number | null;
  readonly evidence: readonly string[];
  readonly override: KeyFlag['override'];
};

/** Gives the keys to this holder. Whether that is safe is for the guard to say. */
export function takeKeys(read: FlagRead, given: Taking): FlagChange {
  const found = flagIn(read, given);
  if ('refused' in found) return found.refused;
  const { flag } = found;
  const { holder, instance, minHeight, evidence, override } = given;
  if (flag.holder.kind !== 'none') {
    return refuse(
      'held',
      `${holderText(flag.holder)} holds the keys since generation ${flag.generation}, written by ${flag.by}`,
    );
  }
  return {
    ok: true,
    next: {
      ...nobody(flag, given, null),
      holder,
      instance,
      // A height that was signed once is never signed again, wherever the keys go.
      minHeight: minHeight === null ? flag.minHeight : Math.max(minHeight, flag.minHeight ?? 0),
      evidence: evidence.slice(0, mostEvidence).map(line),
      override:
        override === null
          ? null
          : { skipped: override.skipped.slice(0, mostEvidence).map(line), why: line(override.why) },
    },
  };
}

/** After a restore of the database nobody knows what was given meanwhile: nobody holds, and all that was given is older. */
export function afterRestored(read: FlagRead, given: Changing): FlagChange {
  if (!read.isReadable) return refuse('unreadable', `the keys database cannot be read: ${read.why}`);
  if (read.flag === null) {
    return refuse(
      'no-flag',
      `nothing is written of ${given.signer.id}: run watchdog handover init ${given.signer.id} --lost`,
    );
  }
  const next = nobody(read.flag, given, null);
  return { ok: true, next: { ...next, generation: read.flag.generation + afterRestore } };
}
