// What is the matter with a site, in some plain sentences that need nothing else to be understood: what, since when, who has it, what is
// being done, and what whoever reads it must do or need not do.
import type { OpenGlance } from '../domain/glance.ts';
import { isOutage, isSafety } from '../domain/incident.ts';
import type { Judgement } from '../domain/judge.ts';
import type { SiteVerdict } from '../domain/verdict.ts';
import { wellAgainAt } from './incident-words.ts';
import { areKeysInDoubt, keysSentences } from './keys-words.ts';
import {
  atTime,
  capital,
  listed,
  nameWords,
  phrase,
  type Reading,
  sentenceOf,
  sinceTime,
} from './headline-words.ts';
import type { SignerOverview, SiteOverview, TargetOverview } from './overview.ts';
import { standbySentence } from './standby-sentence.ts';
import { duration } from './time.ts';

/** All that a headline is made of; `judgement` is null where nothing is known. */
export type Told = {
  readonly site: Omit<SiteOverview, 'headline'>;
  readonly judgement: Pick<Judgement, 'life' | 'certain' | 'signals'> | null;
  /** How long what was bad must be well before it is over. */
  readonly recoverMs: number;
  readonly at: number;
};

const isAre = (count: number): string => (count === 1 ? 'is' : 'are');
const readingOf = ({ site, at }: Told): Reading => ({ at, timezone: site.timezone });
const named = (parts: readonly { readonly id: string }[]): string => listed(parts.map(({ id }) => id));

/** When the last news of an incident is that it is well again, since when that is. */
const againAt = (incident: OpenGlance): number | null => wellAgainAt(incident);

/** What somebody must know first: doubts about safety, the gravest first. */
const doubtsOf = ({ site }: Told): readonly OpenGlance[] => site.open.filter(({ kind }) => isSafety(kind));

/** The trouble of the house itself, as far as it is open and not about to be over. */
const houseTrouble = ({ site }: Told): OpenGlance | undefined =>
  site.open.find((each) => each.subject.kind === 'site' && againAt(each) === null);

function safetySentences(told: Told): string[] {
  const [first, ...others] = doubtsOf(told);
  if (first === undefined) return [];
  const more =
    others.length === 0 ? '' : ` There ${isAre(others.length)} ${others.length} more of this kind.`;
  return [
    `SAFETY: ${phrase(first.summary)}, ${sinceTime(first.since, readingOf(told))}.${more}`,
    'This does not end by itself: find its cause, then state it with watchdog clear.',
  ];
}

/** E.g. `the house lives, as heartbeat ups and signer eth-1 show`. */
function livesWords({ judgement }: Told): string {
  const life = judgement?.life ?? [];
  return life.length === 0
    ? 'the house lives'
    : `the house lives, as ${listed(life)} ${life.length === 1 ? 'shows' : 'show'}`;
}

function signerWords(signers: readonly SignerOverview[]): string {
  const of = (state: SignerOverview['state']): SignerOverview[] =>
    signers.filter((signer) => signer.state === state);
  const [signing, quiet, unknown, inactive] = [of('signing'), of('quiet'), of('unknown'), of('inactive')];
  const verb = (some: readonly unknown[], one: string, many: string): string =>
    some.length === 1 ? one : many;
  const parts = [
    ...(signing.length > 0 ? [`${named(signing)} ${verb(signing, 'signs', 'sign')}`] : []),
    ...(quiet.length > 0
      ? [`${named(quiet)} ${verb(quiet, 'has', 'have')} missed a little, which is watched`]
      : []),
    ...(unknown.length > 0
      ? [`whether ${named(unknown)} ${verb(unknown, 'signs', 'sign')} is not known`]
      : []),
    ...(inactive.length > 0
      ? [`${named(inactive)} ${verb(inactive, 'is', 'are')} not active on the chain`]
      : []),
  ];
  const last = parts.at(-1) ?? '';
  return parts.length <= 1 ? last : `${parts.slice(0, -1).join(', ')}, and ${last}`;
}

const inboundOf = ({ site }: Told): TargetOverview[] => site.targets.filter(({ role }) => role === 'inbound');

/** How a house is of which nothing bad is to be said. */
function wellWords(told: Told): string {
  const signers = signerWords(told.site.signers);
  const ways = inboundOf(told).length > 0 ? 'everything answers' : `the house shows life`;
  return signers === '' ? ways : `${ways}, and ${signers}`;
}

function silentWords({ site }: Told): string {
  const silent = site.signers.filter(({ state }) => state === 'silent');
  return silent.length === 0 ? 'a signer' : named(silent);
}

function badWays(told: Told): string {
  const inbound = inboundOf(told);
  const bad = inbound.filter(({ quality }) => quality === 'bad');
  const which = bad.map(({ id, reason }) => (reason === null ? id : `${id} (${reason})`));
  return bad.length === 0
    ? `some of the ${inbound.length} ways in do not answer as they should`
    : `${bad.length} of ${inbound.length} ways in ${bad.length === 1 ? 'does' : 'do'} not answer as ${bad.length === 1 ? 'it' : 'they'} should: ${listed(which)}`;
}

/** How the house is and since when, by the verdict alone. */
function verdictSentence(verdict: SiteVerdict, told: Told): string {
  const { site, judgement } = told;
  const trouble = houseTrouble(told);
  const from = trouble?.since ?? site.verdictSince ?? told.at;
  const since = sinceTime(from, readingOf(told));
  const sinceVerdict = sinceTime(site.verdictSince ?? told.at, readingOf(told));
  switch (verdict) {
    case 'ok':
      return `All is well ${sinceVerdict}: ${wellWords(told)}.`;
    case 'dark':
      return judgement?.certain === true
        ? `Dark ${since}: the UPS told of power going, and then everything stopped.`
        : `Dark ${since}: nothing in the house answers, and nothing shows life.`;
    case 'vpn-down':
      return `Dark or cut off ${since}: nothing in the house answers, not even the VPN exit in front of it, and nothing shows life.`;
    case 'not-signing':
      return `${silentWords(told)} ${site.signers.filter(({ state }) => state === 'silent').length > 1 ? 'do' : 'does'} not sign ${sinceVerdict}, although the house lives.`;
    case 'inbound-lost':
      return `The way into the house is broken ${since}, but ${livesWords(told)}. This is no outage.`;
    case 'degraded':
      return `${capital(sinceVerdict)}, ${badWays(told)}. The rest of it answers.`;
    case 'blind':
      return `The watchdog is blind ${sinceVerdict}: its own network fails, so it cannot tell how the house is. That says nothing against the house.`;
    case 'unknown':
      return `It cannot be told how the house is ${sinceVerdict}: too little of it could be looked at.`;
  }
}

/** What was bad and is well again, but not yet for long enough. */
function recoverySentences(told: Told): string[] {
  const over = told.site.open.flatMap((incident) => {
    const at = isSafety(incident.kind) ? null : againAt(incident);
    return at === null ? [] : [{ incident, at }];
  });
  const [first, ...others] = over;
  if (first === undefined) return [];
  const { incident, at } = first;
  const what = isOutage(incident.kind) ? 'The house is back' : `${incident.subject.id} is well again`;
  const more = others.length === 0 ? '' : `, and so ${isAre(others.length)} ${others.length} more`;
  return [
    `${capital(what)} since ${atTime(at, readingOf(told))}, after ${duration(at - incident.since)}${more}; this is over once it has stayed well for ${duration(told.recoverMs)}.`,
  ];
}

/** Open troubles that the verdict does not tell of. */
function otherSentences(told: Told): string[] {
  const { site } = told;
  const spoken = (incident: OpenGlance): boolean =>
    isSafety(incident.kind) ||
    againAt(incident) !== null ||
    incident.subject.kind === 'site' ||
    incident.kind === site.verdict ||
    (site.verdict === 'degraded' && incident.kind === 'unreachable');
  const others = site.open.filter((incident) => !spoken(incident));
  const [first] = others;
  const rest = others.length - 1 + site.moreOpen;
  if (first === undefined) return site.moreOpen === 0 ? [] : [`${site.moreOpen} more incidents are open.`];
  const more = rest === 0 ? '' : `, and ${rest} more`;
  const also = site.verdict === 'ok' ? '' : 'Also: ';
  return [
    `${also}${sentenceOf(`${phrase(first.summary)}, ${sinceTime(first.since, readingOf(told))}${more}`)}`,
  ];
}

/** The incident that people are waited for: the gravest that is neither a doubt about safety nor about to be over. */
const leading = ({ site }: Told): OpenGlance | undefined =>
  site.open.find((each) => !isSafety(each.kind) && againAt(each) === null && each.severity !== 'info');

function ownerSentences(told: Told): string[] {
  const lead = leading(told);
  if (lead === undefined) return [];
  if (lead.ack !== null) return [`${capital(nameWords(lead.ack.by))} has it.`];
  if (lead.held !== null) return [`Nobody is woken for it: ${lead.held.replace('-', ' ')}.`];
  return lead.told.length === 0
    ? ['Nobody was told yet.']
    : [`Nobody has it yet; told: ${listed(lead.told.map(nameWords))}.`];
}

function standbySentences(told: Told): string[] {
  const { site } = told;
  const all = [
    ...site.signers.flatMap(({ id, standby }) => (standby === null ? [] : [{ id, standby }])),
    ...Object.entries(site.otherStandbys).map(([id, standby]) => ({ id, standby })),
  ].filter(({ standby }) => standby.phase !== 'gone');
  const shown = all
    .slice(0, 2)
    .map(({ id, standby }) => sentenceOf(standbySentence(id, standby, readingOf(told))));
  const rest = all.length - shown.length;
  return rest === 0
    ? shown
    : [...shown, `There ${isAre(rest)} ${rest} more standby${rest === 1 ? '' : 's'}.`];
}

function muteSentences({ site, at }: Told): string[] {
  const reading = { at, timezone: site.timezone };
  const all = [
    ...site.mutes
      .filter(({ isInForce }) => isInForce)
      .map((mute) => ({ ...mute, by: ` by ${nameWords(mute.by)}` })),
    ...site.windows.map((window) => ({ ...window, by: ' by the configuration' })),
  ];
  const first = all.find(({ subject }) => subject === null) ?? all[0];
  if (first === undefined) return [];
  const what = first.subject === null ? 'Nobody is woken' : `Nobody is woken for ${first.subject}`;
  return [`${what} until ${atTime(first.until, reading)}: muted${first.by} (${phrase(first.why)}).`];
}

const nothingToDo = 'Nothing to do.';

const verdictAdvice = {
  ok: null,
  dark: 'See whether the house has power and a line; start no validator anywhere else by hand.',
  'vpn-down':
    'See whether the VPN exit runs, then the power and the line of the house; start no validator anywhere else by hand.',
  'not-signing': 'Look at the validator client and the node that it follows.',
  'inbound-lost': 'No hurry: look at the VPN exit and at what it forwards.',
  degraded: 'No hurry: look at what does not answer.',
  blind: 'Nothing to do at the house; it is looked at again each minute.',
  unknown: 'Wait for the next look; if this stays, run watchdog explain.',
} as const satisfies Record<SiteVerdict, string | null>;

function adviceSentences(told: Told): string[] {
  const { site } = told;
  if (doubtsOf(told).length > 0 || site.verdict === null) return [];
  const advice = verdictAdvice[site.verdict];
  // Whoever is sent to a client starts it: while nobody may sign, the sentence about the keys says what comes next.
  if (site.verdict === 'not-signing' && areKeysInDoubt(site)) return [];
  if (advice !== null) return [advice];
  const isCalm =
    site.open.every((incident) => againAt(incident) !== null) && site.moreOpen === 0 && !areKeysInDoubt(site);
  return isCalm ? [nothingToDo] : [];
}

function knownSentences(told: Told, verdict: SiteVerdict): string[] {
  const recovery = recoverySentences(told);
  const others = otherSentences(told);
  const isBack = recovery.length > 0 && (verdict === 'ok' || verdict === 'degraded');
  const isWell =
    verdict === 'ok' && told.site.open.length === 0 && told.site.moreOpen === 0 && !areKeysInDoubt(told.site);
  const well = isWell ? verdictSentence('ok', told) : sentenceOf(wellWords(told));
  const state = verdict === 'ok' ? well : verdictSentence(verdict, told);
  return isBack
    ? [...recovery, state, ...others]
    : verdict === 'ok'
      ? [...others, state, ...recovery]
      : [state, ...others, ...recovery];
}

function watchedSentences(told: Told): string[] {
  const { site, at } = told;
  const { lastTickAt, verdict } = site;
  const [broken = 'its document does not parse'] = site.broken;
  switch (site.watched) {
    case 'unreadable':
      return [
        `What is remembered of this site cannot be read: ${phrase(broken)}. Nothing is known of it until that is put right; docs/errors.md says how.`,
      ];
    case 'unwatched':
      return [
        'Nobody has looked at this site yet. The first look comes with the next minute; if it does not, run watchdog doctor.',
      ];
    case 'stale': {
      const last = lastTickAt === null ? '' : ` ${sinceTime(lastTickAt, { at, timezone: site.timezone })}`;
      const then =
        verdict === null ? '' : ` The last look found it ${verdict}; all that is shown is of then.`;
      return [`NOBODY IS WATCHING${last}.${then} See to the watchdog first: run watchdog doctor.`];
    }
    case 'yes':
      return verdict === null ? [] : knownSentences(told, verdict);
  }
}

/** Begins with what is gravest. Times are of the site's zone. */
export function headlineOf(told: Told): string {
  const { site } = told;
  const isTold = site.watched === 'yes';
  return [
    ...safetySentences(told),
    ...watchedSentences(told),
    ...(isTold ? ownerSentences(told) : []),
    ...(site.watched === 'unwatched' || site.watched === 'unreadable' ? [] : standbySentences(told)),
    ...keysSentences(site, {
      isOut: isTold && isWorse(site.verdict),
      hasDoubt: doubtsOf(told).length > 0,
      at: told.at,
    }),
    ...(isTold ? muteSentences(told) : []),
    ...(isTold ? adviceSentences(told) : []),
  ].join(' ');
}

const isWorse = (verdict: SiteVerdict | null): boolean =>
  verdict === 'dark' || verdict === 'vpn-down' || verdict === 'not-signing';
