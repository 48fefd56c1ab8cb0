// Signers: whether they sign and how that is known, who holds the keys, and the node that stands by.
import type { KeysGlance, StandbyGlance } from '../../domain/glance.ts';
import { money } from '../../domain/standby/spent.ts';
import type { Shown, SignerOverview, SiteOverview } from '../overview.ts';
import { escaped } from '../html.ts';
import { sentence } from '../message-words.ts';
import { signerTone } from '../verdict.ts';
import { record, type Span } from './bars.ts';
import { bdi, said, sign } from './signs.ts';
import { ago, ahead, type Clock, since, time } from './when.ts';
import { count, keysOnStandby, signerWord, standbyPhase } from './words.ts';

type SignerOptions = {
  readonly clock: Clock;
  readonly span: Span;
  readonly site: string;
  readonly hidden: readonly Shown[];
  readonly isPublic: boolean;
};

/** What a holder is called: `basement/home`, `node/project/zone/name`, `none`. */
function holderWords(holder: string, site: string): string {
  const [kind, ...rest] = holder.split('/');
  if (holder === `basement/${site}`) return 'the house';
  if (kind === 'basement') return `the house ${bdi(rest.join('/'))}`;
  const [project, zone, name] = rest;
  if (kind === 'node' && project !== undefined && zone !== undefined && name !== undefined) {
    return `the cloud: node ${bdi(name)} in ${bdi(zone)}`;
  }
  return bdi(holder);
}

/** Nobody may sign: the time before which nobody can be allowed to is what everybody waits for. */
function nobodyHolds(
  keys: Extract<KeysGlance, { isReadable: true }>,
  { clock, site }: SignerOptions,
): string {
  const { former, notBefore, since: from, generation, by } = keys;
  const before = former === null ? '' : ` Before: ${holderWords(former, site)}.`;
  const when =
    notBefore === null
      ? 'When somebody may is not known: ask the guard with <code>watchdog handover status</code>.'
      : notBefore <= clock.now
        ? `The wait is over since ${time(notBefore, clock)}. Ask the guard with <code>watchdog handover status</code>.`
        : `<strong class="count">Not before ${time(notBefore, clock)}, in ${ahead(notBefore, clock)}</strong> It may take longer: the guard looks at every condition.`;
  const who =
    from === null ? '' : ` Nobody holds them ${since(from, clock)}${by === null ? '' : `, by ${bdi(by)}`}.`;
  const number = generation === null ? '' : ` Generation ${generation}.`;
  return `<div class="box doubt"><p>${sign('doubt')}<b>Nobody may sign with these keys.</b></p><p>${when}</p><p class="soft">${before}${who}${number}</p></div>`;
}

/** Who may sign, since when, and by whom that was written. */
function keysPart(keys: KeysGlance | null, options: SignerOptions): string {
  const { clock, site } = options;
  if (keys === null) return '<dt>Keys</dt><dd class="soft">not read yet</dd>';
  if (!keys.isReadable) {
    return `<dt>Keys</dt><dd><div class="box doubt"><p>${sign('doubt')}<b>It is not known who holds the keys.</b></p><p class="soft">${bdi(keys.why)}</p></div></dd>`;
  }
  const { holder, generation, since: from, by } = keys;
  if (holder === null) {
    return '<dt>Keys</dt><dd>at home; <span class="soft">they were never handed over, so nobody is written down as their holder</span></dd>';
  }
  if (holder === 'none') return `<dt>Keys</dt><dd>${nobodyHolds(keys, options)}</dd>`;
  const facts = [
    ...(generation === null ? [] : [`generation ${generation}`]),
    ...(from === null ? [] : [`since ${time(from, clock)}`]),
    ...(by === null ? [] : [`written by ${bdi(by)}`]),
  ];
  const words = `<b>${holderWords(holder, site)}</b>`;
  return `<dt>Keys</dt><dd>held by ${words} <span class="soft">${facts.join(', ')}</span></dd>`;
}

function keysOnIt(standby: StandbyGlance): string {
  const { words, isBad } = keysOnStandby(standby);
  return isBad ? `<b class="bad">${words}</b>` : words;
}

/** E.g. `0.17 USD so far, 0.52 USD an hour`. */
const costWords = ({ perHour, soFar, currency }: NonNullable<StandbyGlance['cost']>): string =>
  escaped(`${money(soFar, currency)} so far, ${money(perHour, currency)} an hour`);

function progressOf({ phase, percent, etaMs, reportAt }: StandbyGlance, clock: Clock): string {
  if (phase !== 'syncing' || percent === null) return '';
  const whole = Math.max(0, Math.min(100, Math.floor(percent)));
  const at = etaMs === null || reportAt === null ? null : reportAt + etaMs;
  const eta =
    at === null
      ? 'when it is done cannot be told yet'
      : at <= clock.now
        ? 'done at any moment'
        : `done in about ${ahead(at, clock)}, at ${time(at, clock)}`;
  return `<div class="progress"><progress max="100" value="${whole}" aria-label="Synced so far">${whole} %</progress><p><b>${whole} %</b> ${eta}</p></div>`;
}

/** What stands by, how far it has come, what is in its way, and what it costs. */
function standbyPart(standby: StandbyGlance, clock: Clock): string {
  const { phase, phaseSince, zone, instance, peers, cost, problems, why, isProtected } = standby;
  const { tone, word } = standbyPhase[phase];
  const when = phaseSince === null ? '' : ` <span class="soft">${since(phaseSince, clock)}</span>`;
  const facts = [
    ...(zone === null ? [] : [`in ${bdi(zone)}`]),
    ...(instance === null ? [] : [`as ${bdi(instance)}`]),
    ...(standby.keys === null ? [] : [keysOnIt(standby)]),
    ...(peers === null ? [] : [count(peers, 'peer')]),
    ...(isProtected ? ['protected from deletion'] : []),
    ...(cost === null ? [] : [costWords(cost)]),
  ];
  const wrong = problems.map((problem) => `<li>${sign('doubt')}${bdi(problem)}</li>`).join('');
  return `<p>${said(tone, word)}${when}</p>${progressOf(standby, clock)}${wrong === '' ? '' : `<ul class="signed">${wrong}</ul>`}<p class="soft">${facts.join(' · ')}</p>${why === null ? '' : `<p class="soft">Why: ${bdi(why)}</p>`}`;
}

/** How it is known, and when it was last seen. */
function proofPart(
  { id, state, actAt, silentSince, proof, total, silent, inactive }: SignerOverview,
  clock: Clock,
): string {
  const parts = [
    ...(total === 0 ? [] : [count(total, 'key')]),
    ...(silent === 0 ? [] : [`<b class="bad">${silent} silent</b>`]),
    ...(inactive === 0 ? [] : [`${inactive} not active`]),
  ];
  const lines = [
    ...(silentSince === null ? [] : [`<b>Silent ${since(silentSince, clock)}.</b>`]),
    ...(proof === null ? [] : [bdi(sentence(proof, id))]),
    actAt === null
      ? state === 'signing'
        ? ''
        : 'It was never seen to sign.'
      : `<span class="soft">Last seen to sign ${ago(actAt, clock)}.</span>`,
  ];
  return `<dt>Proof</dt><dd>${lines.filter((line) => line !== '').join(' ')} <span class="soft">${parts.join(', ')}</span></dd>`;
}

function card(signer: SignerOverview, options: SignerOptions): string {
  const { id, chain, state, days, standby, muted, keys } = signer;
  const { clock, span, hidden, isPublic } = options;
  const tone = signerTone[state];
  const keysShown = isPublic && keys === null ? '' : keysPart(keys, options);
  const stands =
    standby === null || hidden.includes('standbys')
      ? ''
      : `<dt>Standby</dt><dd>${standbyPart(standby, clock)}</dd>`;
  const bars = hidden.includes('history') || days.bars.length === 0 ? '' : record(days, span);
  return `<li class="card ${tone}"><h4>${bdi(id)} <span class="soft">${escaped(chain)}</span>${said(tone, signerWord[state])}${muted ? ' <span class="tag">muted</span>' : ''}</h4><dl>${proofPart(signer, clock)}${keysShown}${stands}</dl>${bars}</li>`;
}

export const signersPart = (signers: readonly SignerOverview[], options: SignerOptions): string =>
  `<ul class="cards">${signers.map((signer) => card(signer, options)).join('')}</ul>`;

/** Standbys that no signer of the configuration has any more. */
export function otherStandbysPart(standbys: SiteOverview['otherStandbys'], clock: Clock): string {
  const items = Object.entries(standbys).map(
    ([signer, standby]) => `<li class="card"><h4>${bdi(signer)}</h4>${standbyPart(standby, clock)}</li>`,
  );
  return `<ul class="cards">${items.join('')}</ul>`;
}
