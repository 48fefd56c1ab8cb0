// What the gate says to a fence that asks whether its client may sign: only by the flag, and by who is asking.
import { holderText, type KeyFlag } from './standby/key-flag.ts';

/** Who asks, as it has proven itself: a fence of a house by its token, a cloud node by Compute's word for it. */
export type Asker =
  | { readonly kind: 'basement'; readonly site: string; readonly instance: string }
  | {
      readonly kind: 'node';
      readonly project: string;
      readonly zone: string;
      readonly name: string;
      /** The number that Compute gives no second machine. */
      readonly instance: string;
    };

/** `reason` is one line for whoever reads the fence's log at three in the morning. */
export type Permission = {
  readonly verdict: 'allow' | 'deny';
  readonly generation: number;
  /** `none`, `basement/…` or `node/…`. */
  readonly holder: string;
  /** CometBFT: a state below this height must not sign. */
  readonly minHeight: number | null;
  readonly reason: string;
};

const isHolder = ({ holder }: KeyFlag, asker: Asker): boolean => {
  if (holder.kind === 'basement') return asker.kind === 'basement' && holder.site === asker.site;
  if (holder.kind !== 'node' || asker.kind !== 'node') return false;
  return holder.project === asker.project && holder.zone === asker.zone && holder.name === asker.name;
};

/** Why not; null when it may. */
function whyNot(flag: KeyFlag, signer: string, asker: Asker): string | null {
  if (flag.holder.kind === 'none') {
    return `nobody may sign for ${signer} since ${flag.by} took its keys from everybody: ${flag.reason}`;
  }
  if (!isHolder(flag, asker)) {
    return `${holderText(flag.holder)} signs for ${signer}; if this side is to sign, take the keys: watchdog handover begin ${signer}`;
  }
  if (flag.instance === null) {
    return `the flag of ${signer} names no machine; if this is the one: watchdog handover init ${signer} --instance ${asker.instance}`;
  }
  if (flag.instance !== asker.instance) {
    return `another machine of ${holderText(flag.holder)} signs for ${signer}; if this one is to sign, take the keys the whole way: watchdog handover begin ${signer}`;
  }
  return null;
}

/** `flag` is what the keys database says now, null when it has no document of that signer. */
export function judgeGate(flag: KeyFlag | null, signer: string, asker: Asker): Permission {
  if (flag === null) {
    return {
      verdict: 'deny',
      generation: 0,
      holder: 'none',
      minHeight: null,
      reason: `nothing is written of ${signer} yet: run watchdog handover init ${signer} --instance ${asker.instance}`,
    };
  }
  const refusal = whyNot(flag, signer, asker);
  return {
    verdict: refusal === null ? 'allow' : 'deny',
    generation: flag.generation,
    holder: holderText(flag.holder),
    minHeight: flag.minHeight,
    reason: refusal ?? `${holderText(flag.holder)} signs for ${signer}, and this is its machine`,
  };
}
