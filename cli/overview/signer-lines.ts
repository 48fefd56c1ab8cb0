// Signers in lines: whether they sign and how that is known, who holds the keys, and the node that stands by.
import type { KeysGlance, StandbyGlance } from '../../functions/domain/glance.ts';
import { money } from '../../functions/domain/standby/spent.ts';
import { sentence } from '../../functions/views/message-words.ts';
import type { SignerOverview, SiteOverview } from '../../functions/views/overview.ts';
import { daysWords } from '../../functions/views/page/bars.ts';
import { ahead, timeWords } from '../../functions/views/page/when.ts';
import { count, keysOnStandby, signerWord, standbyPhase } from '../../functions/views/page/words.ts';
import { signerTone } from '../../functions/views/verdict.ts';
import { progressBar, said } from './glyphs.ts';
import { agoWords, dim, hasHistory, type Line, type Sheet, sinceWords, title } from './sheet.ts';

/** What a holder is called: `basement/home`, `node/project/zone/name`. */
function holderWords(holder: string, site: string): string {
  if (holder === `basement/${site}`) return 'the house';
  const [kind, ...rest] = holder.split('/');
  if (kind === 'basement') return `the house ${rest.join('/')}`;
  const [, zone, name] = rest;
  return kind === 'node' && zone !== undefined && name !== undefined
    ? `the cloud: node ${name} in ${zone}`
    : holder;
}

type Readable = Extract<KeysGlance, { isReadable: true }>;

/** Nobody may sign: the time before which nobody can be allowed to is what everybody waits for. */
function nobodyLines(
  { former, notBefore, since, by, generation }: Readable,
  site: string,
  sheet: Sheet,
): Line[] {
  const { clock, glyphs } = sheet;
  const ask = 'ask the guard: watchdog handover status';
  const when =
    notBefore === null
      ? `When somebody may is not known; ${ask}`
      : notBefore <= clock.now
        ? `The wait is over since ${timeWords(notBefore, clock)}; ${ask}`
        : `Not before ${timeWords(notBefore, clock)}, in ${ahead(notBefore, clock)}; it may take longer`;
  const facts = [
    ...(former === null ? [] : [`before: ${holderWords(former, site)}`]),
    ...(since === null ? [] : [`nobody holds them ${sinceWords(since, clock)}`]),
    ...(by === null ? [] : [`by ${by}`]),
    ...(generation === null ? [] : [`generation ${generation}`]),
  ];
  return [
    [
      '    keys     ',
      said(glyphs, 'doubt', 'Nobody may sign with these keys.'),
      ' ',
      { style: 'strong', text: when },
    ],
    ...(facts.length === 0 ? [] : [[dim(`             ${facts.join(', ')}`)]]),
  ];
}

function keysLines(keys: KeysGlance | null, site: string, sheet: Sheet): Line[] {
  if (keys === null) return sheet.isPublic ? [] : [['    keys     ', dim('not read yet')]];
  if (!keys.isReadable) {
    return [
      ['    keys     ', said(sheet.glyphs, 'doubt', 'It is not known who holds the keys:'), ` ${keys.why}`],
    ];
  }
  const { holder, generation, since, by } = keys;
  if (holder === null) {
    return [
      ['    keys     ', 'at home ', dim('(never handed over, so nobody is written down as their holder)')],
    ];
  }
  if (holder === 'none') return nobodyLines(keys, site, sheet);
  const facts = [
    ...(generation === null ? [] : [`generation ${generation}`]),
    ...(since === null ? [] : [`since ${timeWords(since, sheet.clock)}`]),
    ...(by === null ? [] : [`written by ${by}`]),
  ];
  return [['    keys     ', `held by ${holderWords(holder, site)} `, dim(facts.join(', '))]];
}

/** With a bar and when it will be done, while it syncs. */
function progressWords({ phase, percent, etaMs, reportAt }: StandbyGlance, { glyphs, clock }: Sheet): string {
  if (phase !== 'syncing' || percent === null) return '';
  const at = etaMs === null || reportAt === null ? null : reportAt + etaMs;
  const eta =
    at === null
      ? 'when it is done cannot be told yet'
      : at <= clock.now
        ? 'done at any moment'
        : `done in about ${ahead(at, clock)}, at ${timeWords(at, clock)}`;
  return ` ${progressBar(glyphs, percent / 100)} ${Math.floor(percent)} %, ${eta}`;
}

function standbyLines(standby: StandbyGlance, name: string, sheet: Sheet): Line[] {
  const { phase, phaseSince, zone, instance, peers, cost, problems, why, isProtected, reportAt } = standby;
  const { tone, word } = standbyPhase[phase];
  const facts = [
    ...(zone === null ? [] : [`in ${zone}`]),
    ...(instance === null ? [] : [`as ${instance}`]),
    ...(reportAt === null || (sheet.isPublic && standby.keys === null) ? [] : [keysOnStandby(standby).words]),
    ...(peers === null ? [] : [count(peers, 'peer')]),
    ...(isProtected ? ['protected from deletion'] : []),
    ...(cost === null
      ? []
      : [`${money(cost.soFar, cost.currency)} so far, ${money(cost.perHour, cost.currency)} an hour`]),
  ];
  const isWrong = standby.keys === 'present' && !standby.hasHeldKeys;
  return [
    [
      `    ${name.padEnd(8)} `,
      said(sheet.glyphs, isWrong ? 'bad' : tone, word),
      progressWords(standby, sheet),
      phaseSince === null ? '' : dim(`, ${sinceWords(phaseSince, sheet.old)}`),
    ],
    ...(facts.length === 0 ? [] : [[`             ${facts.join(sheet.glyphs.dot)}`]]),
    ...problems.map((problem): Line => ['             ', said(sheet.glyphs, 'doubt', problem)]),
    ...(why === null ? [] : [[dim(`             why: ${why}`)]]),
  ];
}

/** How it is known, and when it was last seen. */
function proofLine(
  { id, state, actAt, silentSince, proof, total, silent, inactive }: SignerOverview,
  { old }: Sheet,
): Line {
  const keys = [
    ...(total === 0 ? [] : [count(total, 'key')]),
    ...(silent === 0 ? [] : [`${silent} silent`]),
    ...(inactive === 0 ? [] : [`${inactive} not active`]),
  ];
  const words = [
    ...(silentSince === null ? [] : [`Silent ${sinceWords(silentSince, old)}.`]),
    ...(proof === null ? [] : [sentence(proof, id)]),
    ...(actAt === null
      ? state === 'signing'
        ? []
        : ['It was never seen to sign.']
      : [`Last seen to sign ${agoWords(actAt, old)}.`]),
  ];
  return ['    proof    ', `${words.join(' ')} `, dim(keys.join(', '))];
}

function linesOf(signer: SignerOverview, site: SiteOverview, sheet: Sheet): Line[] {
  const { id, chain, state, days, standby, muted, keys } = signer;
  const record =
    hasHistory(sheet, site) && days.bars.length > 0 ? [[dim(`    ${daysWords(days, site)}`)]] : [];
  return [
    [
      '  ',
      said(sheet.glyphs, signerTone[state], id),
      dim(` ${chain}`),
      '  ',
      { style: signerTone[state], text: signerWord[state] },
      muted ? dim('  muted') : '',
    ],
    proofLine(signer, sheet),
    ...keysLines(keys, site.site, sheet),
    ...(standby === null || sheet.hidden.includes('standbys') ? [] : standbyLines(standby, 'standby', sheet)),
    ...record,
  ];
}

/** Nothing when there is none. */
export function signersLines(site: SiteOverview, sheet: Sheet): Line[] {
  if (site.signers.length === 0) return [];
  return [title('Signers'), ...site.signers.flatMap((signer) => linesOf(signer, site, sheet))];
}

/** Standbys of signers that are not configured any more, or are not shown. */
export function otherStandbysLines({ otherStandbys }: SiteOverview, sheet: Sheet): Line[] {
  const all = Object.entries(otherStandbys);
  if (all.length === 0 || sheet.hidden.includes('standbys')) return [];
  return [
    title(sheet.hidden.includes('signers') ? 'Standbys' : 'Other standbys'),
    ...all.flatMap(([signer, standby]) => standbyLines(standby, signer, sheet)),
  ];
}
