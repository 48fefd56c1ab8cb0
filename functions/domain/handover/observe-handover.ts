// What the flags themselves give to tell: keys that were taken past the guard.
import { doubt } from '../doubt.ts';
import type { Subject } from '../incident.ts';
import type { Observation } from '../machine.ts';
import { type FlagRead, holderText } from '../standby/key-flag.ts';

type Observed = { readonly subject: Subject; readonly observation: Observation };

type Given = {
  readonly signers: readonly { readonly id: string }[];
  readonly flags: Readonly<Record<string, FlagRead>>;
  /** When a person last stated the cause of a subject; null when nobody did. */
  readonly clearedAt: (subject: Subject) => number | null;
};

/** A flag that was not read, or that cannot be, says nothing: what is open stays open. */
function observe(read: FlagRead | undefined, cleared: number | null): Observation {
  if (read?.isReadable !== true) return { status: 'unknown' };
  const { flag } = read;
  if (flag === null || flag.override === null) return { status: 'good' };
  if (cleared !== null && cleared > flag.since) return { status: 'good' };
  const { override, holder, by, generation } = flag;
  return doubt(
    'override-used',
    'the keys were taken past the guard: make sure NOW that the other side cannot sign',
    [
      `${by} gave them to ${holderText(holder)}, generation ${generation}: ${override.why}`,
      `skipped: ${override.skipped.join('; ')}`,
    ],
  );
}

/** One subject for each signer. */
export function observeHandovers({ signers, flags, clearedAt }: Given): Observed[] {
  return signers.map(({ id }) => {
    const subject: Subject = { kind: 'handover', id };
    return { subject, observation: observe(flags[id], clearedAt(subject)) };
  });
}
