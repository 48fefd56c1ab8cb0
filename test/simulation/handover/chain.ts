// What of the signatures the chain gets to see, and when. Which of them were made is known to the simulation alone.
import { epochStart } from '../../../functions/domain/handover/epochs.ts';
import { epochs } from './time.ts';

/** One attestation of one side. */
export type Signature = { readonly side: string; readonly epoch: number };

export type Chain = {
  readonly publish: (signature: Signature, at: number) => void;
  /** Whether a block up to the end of the next epoch holds one, as seen at a time. */
  readonly isIncluded: (epoch: number, seenAt: number) => boolean;
  /** The epochs of which one is seen at a time. */
  readonly included: (seenAt: number) => readonly number[];
  /** Two sides have published one epoch: whoever sees both has the proof for a slashing. */
  readonly isSlashed: (seenAt: number) => boolean;
};

export function createChain(): Chain {
  const published: { readonly signature: Signature; readonly at: number }[] = [];
  const isInTime = ({ signature, at }: (typeof published)[number], seenAt: number): boolean =>
    at <= seenAt && at < epochStart(epochs, signature.epoch + 2);
  return {
    publish: (signature, at) => void published.push({ signature, at }),
    isIncluded: (epoch, seenAt) =>
      published.some((each) => each.signature.epoch === epoch && isInTime(each, seenAt)),
    included: (seenAt) => [
      ...new Set(published.filter((each) => isInTime(each, seenAt)).map(({ signature }) => signature.epoch)),
    ],
    isSlashed: (seenAt) => {
      const seen = published.filter(({ at }) => at <= seenAt);
      return seen.some(({ signature }) =>
        seen.some(
          (other) => other.signature.epoch === signature.epoch && other.signature.side !== signature.side,
        ),
      );
    },
  };
}
