// Plays all acts, one after the other, and gathers what came of each.
import type { SiteVerdict } from '../../functions/domain/verdict.ts';
import { labStandbys } from '../basement/standbys.ts';
import type { Lab } from '../lab.ts';
import type { Act } from './act.ts';
import { acts } from './acts.ts';
import { ActFailed, isPage, openStage, type Stage, verdictOf } from './stage.ts';
import type { Teller } from './teller.ts';

export type ActResult = {
  readonly name: string;
  /** When it happened; null when the act never came to it. */
  readonly at: number | null;
  /** The verdicts that followed, without ok and in order. */
  readonly verdicts: readonly SiteVerdict[];
  /** Milliseconds of the lab's time from the happening to the pager. */
  readonly pagedAfterMs: number | null;
  readonly pages: number;
  readonly messages: number;
  readonly resolvedAt: number | null;
  readonly failures: number;
};

/** What became of the machines in the pretend cloud. */
export type CloudResult = {
  /** Times that one was asked for, and times that one came of it. */
  readonly asked: number;
  readonly made: number;
  readonly left: number;
  readonly cost: number;
  readonly currency: string;
};

export type StoryResult = {
  readonly acts: readonly ActResult[];
  readonly doubles: number;
  readonly forged: number;
  readonly cloud: CloudResult;
  /** All went as told. */
  readonly isGood: boolean;
};

// The default policy resolves after three minutes; twice that, and a limit.
const calmTicks = 6;
const mostTicks = 15;

function resultOf(act: Act, stage: Stage): ActResult {
  const at = stage.happenedAt();
  const verdicts = stage
    .seen()
    .map(verdictOf)
    .filter((verdict) => verdict !== null && verdict !== 'ok');
  const pages = stage.said().filter(isPage);
  const [first] = pages;
  return {
    name: act.name,
    at,
    verdicts: verdicts.filter((verdict, index) => verdict !== verdicts[index - 1]),
    pagedAfterMs: first === undefined || at === null ? null : first.receivedAt - at,
    pages: pages.length,
    messages: stage.said().length,
    resolvedAt: stage.said().findLast(({ message }) => message.kind === 'resolved')?.receivedAt ?? null,
    failures: stage.failures(),
  };
}

/** After an act that went wrong: everything works again, and the watchdog has had the time to see it. */
async function calm(lab: Lab, signal: AbortSignal): Promise<void> {
  await lab.basement.heal();
  const begun = lab.looks.length;
  const isOver = (): boolean => {
    const since = lab.looks.slice(begun);
    const last = since.slice(-calmTicks).filter((look) => verdictOf(look) === 'ok');
    return last.length === calmTicks || since.length >= mostTicks;
  };
  await lab.news.until(isOver, signal);
}

async function cloudResult({ cloud, standbys }: Lab): Promise<CloudResult> {
  const inserts = cloud.operations().filter(({ type }) => type === 'insert');
  const { fleet } = await standbys();
  return {
    asked: inserts.length,
    made: inserts.filter(({ error }) => error === null).length,
    left: cloud.instances().length,
    cost: Object.values(fleet?.spent ?? {}).reduce((sum, each) => sum + each, 0),
    currency: labStandbys.prices.currency,
  };
}

async function playAct(act: Act, number: number, needs: PlayNeeds): Promise<ActResult> {
  const { lab, teller, signal } = needs;
  teller.title(number, act.title);
  const stage = openStage(lab, teller, signal);
  try {
    await act.play(stage);
  } catch (error) {
    if (!(error instanceof ActFailed)) throw error;
    if (signal.aborted) stage.check('the act comes to its end', false, 'the time for the story is over');
    // The messages of a healing that was forced belong to this act.
    if (!signal.aborted) await calm(lab, signal);
  }
  return resultOf(act, stage);
}

export type PlayNeeds = { readonly lab: Lab; readonly teller: Teller; readonly signal: AbortSignal };

/** Ends early when the signal aborts; what was not played then counts as failed. */
export async function playStory(needs: PlayNeeds): Promise<StoryResult> {
  const results: ActResult[] = [];
  for (const [index, act] of acts.entries()) {
    if (needs.signal.aborted) break;
    // oxlint-disable-next-line no-await-in-loop -- one act after another
    results.push(await playAct(act, index + 1, needs));
  }
  const { doubles, forged } = needs.lab.pager.counts();
  const cloud = await cloudResult(needs.lab);
  const isWhole = results.length === acts.length && results.every(({ failures }) => failures === 0);
  const isGood = isWhole && doubles === 0 && forged === 0 && cloud.left === 0;
  return { acts: results, doubles, forged, cloud, isGood };
}
