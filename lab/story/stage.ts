// Where an act is played: it does things to the world, waits for what the watchdog says, and checks it, all told as it happens.
import { isPage as wakes } from '../../functions/domain/notice.ts';
import type { SiteVerdict } from '../../functions/domain/verdict.ts';
import { labSite } from '../basement/names.ts';
import type { Basement } from '../basement/basement.ts';
import type { Lab } from '../lab.ts';
import type { Look } from '../look.ts';
import type { Paged, PagerMessage } from '../pager/pager.ts';
import { lasting } from '../time.ts';
import type { Teller } from './teller.ts';

export type Stage = {
  readonly lab: Lab;
  /** Does something between two ticks; resolves with the time at which it was done. */
  readonly we: (words: string, act: (basement: Basement) => Promise<void> | void) => Promise<number>;
  /** How things are to begin with. */
  readonly given: (words: string) => void;
  /** What the watchdog should make of it. */
  readonly should: (words: string) => void;
  /** One thing that was promised; `said` is what came instead. */
  readonly check: (words: string, isSo: boolean, said?: string) => void;
  /** Waits for a message of this act, at most so many ticks; a message that never comes is a failed check. */
  readonly message: (
    words: string,
    isIt: (message: PagerMessage) => boolean,
    ticks: number,
  ) => Promise<Paged>;
  /** Waits until a condition holds, at most so many ticks; a failed check when it does not. */
  readonly until: (words: string, isSo: () => boolean, ticks: number) => Promise<void>;
  /** Waits for so many further ticks. */
  readonly looks: (count: number) => Promise<void>;
  /** Ticks and messages of this act. */
  readonly seen: () => readonly Look[];
  readonly said: () => readonly Paged[];
  readonly failures: () => number;
  /** When the act first did something; null before. */
  readonly happenedAt: () => number | null;
};

/** Ends an act early: what follows would only repeat the failure. */
export class ActFailed extends Error {}

export const verdictOf = (look: Look): SiteVerdict | null =>
  look.sites.find(({ site }) => site === labSite)?.verdict ?? null;

/** True for a message about one subject alone, such as `target.geth-p2p`. */
export const isAbout = (message: PagerMessage, subject: string): boolean =>
  message.incidents.length === 1 && message.incidents[0]?.startsWith(`${labSite}.${subject}.`) === true;

export const isPage = ({ message }: Paged): boolean => wakes(message.kind);

/** How many ticks had looked at what happened at `since` when this message was decided, its own included. */
export const looksUntil = (looks: readonly Look[], since: number, { message }: Paged): number =>
  looks.filter((look) => look.at > since && look.at <= message.at).length;

export function openStage(lab: Lab, teller: Teller, signal: AbortSignal): Stage {
  const firstLook = lab.looks.length;
  const firstMessage = lab.pager.messages.length;
  let failures = 0;
  let happenedAt: number | null = null;

  const check: Stage['check'] = (words, isSo, said) => {
    if (!isSo) failures += 1;
    teller.check(words, isSo, said);
  };
  const wait = async (isSo: () => boolean, ticks: number): Promise<boolean> => {
    const last = lab.looks.length + ticks;
    await lab.news.until(() => isSo() || lab.looks.length > last, signal);
    if (signal.aborted) throw new ActFailed('the time is over');
    return isSo();
  };
  const said = (): readonly Paged[] => lab.pager.messages.slice(firstMessage);
  return {
    lab,
    we: async (words, act) => {
      await lab.betweenLooks(signal);
      if (signal.aborted) throw new ActFailed('the time is over');
      const at = lab.clock.now();
      happenedAt ??= at;
      teller.we(at, words);
      await act(lab.basement);
      return at;
    },
    given: (words) => {
      happenedAt ??= lab.clock.now();
      teller.we(lab.clock.now(), words);
    },
    should: (words) => {
      teller.should(words);
    },
    check,
    message: async (words, isIt, ticks) => {
      const find = (): Paged | undefined => said().find(({ message }) => isIt(message));
      await wait(() => find() !== undefined, ticks);
      const found = find();
      check(words, found !== undefined, found === undefined ? `not said within ${ticks} ticks` : undefined);
      if (found === undefined) throw new ActFailed(words);
      return found;
    },
    until: async (words, isSo, ticks) => {
      const begun = lab.clock.now();
      const came = await wait(isSo, ticks);
      check(words, came, came ? undefined : `not within ${ticks} ticks, ${lasting(lab.clock.now() - begun)}`);
      if (!came) throw new ActFailed(words);
    },
    looks: async (count) => {
      const wanted = lab.looks.length + count;
      await wait(() => lab.looks.length >= wanted, count);
    },
    seen: () => lab.looks.slice(firstLook),
    said,
    failures: () => failures,
    happenedAt: () => happenedAt,
  };
}
