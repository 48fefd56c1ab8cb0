// Targets: what is probed from outside. What is not well says why; what is well is a line. Of very many, the worst are shown whole.
import { escaped } from '../html.ts';
import type { TargetOverview } from '../overview.ts';
import { daysBars, latencyLine, type Span } from './bars.ts';
import { sentence } from '../message-words.ts';
import { bdi, said } from './signs.ts';
import { type Clock, lasted, since } from './when.ts';
import { count, qualityTone, roleWords, targetWord } from './words.ts';

/** So many are shown whole when there are more than `mostWhole`. */
const wholeOfMany = 40;
const mostWhole = 60;

type TargetOptions = { readonly clock: Clock; readonly span: Span; readonly hasHistory: boolean };

const ms = (value: number | null): string => (value === null ? '–' : String(Math.round(value)));

const withinWords = 'Today: half of the answers came within the first, 95 of 100 within the second';

function numbers({ p50Ms, p95Ms, latencyMs }: TargetOverview): string {
  if (p50Ms !== null || p95Ms !== null) {
    return `<p class="ms" title="${withinWords}"><b>${ms(p50Ms)}</b> / ${ms(p95Ms)} ms</p>`;
  }
  return `<p class="ms">${latencyMs === null ? '' : `<b>${ms(latencyMs)}</b> ms`}</p>`;
}

function whole(target: TargetOverview, { clock, span, hasHistory }: TargetOptions): string {
  const { id, role, quality, reason, detail, since: from, line, days, muted } = target;
  const tone = qualityTone[quality];
  const isGood = quality === 'good';
  const kind = `<span class="soft">${roleWords[role]}</span>`;
  const why = isGood
    ? ''
    : `<p class="why">${detail === null ? '' : `${bdi(sentence(detail, ''))} `}<span class="soft">Like this ${since(from, clock)}.</span></p>`;
  const bars = hasHistory ? daysBars(days, span) : '';
  const hours = line.length === 0 ? '' : latencyLine(line);
  return `<li class="t ${tone}"><div><p class="id"><b>${bdi(id)}</b> ${said(tone, targetWord(quality, reason))}${muted ? ' <span class="tag">muted</span>' : ''} ${kind}</p>${why}</div>${numbers(target)}${hours}${bars}</li>`;
}

const short = (target: TargetOverview, { clock }: TargetOptions): string => {
  const { id, quality, reason, since: from } = target;
  const word = targetWord(quality, reason);
  return quality === 'good'
    ? `<li>${escaped(id)}</li>`
    : `<li>${escaped(id)} ${said(qualityTone[quality], word)} ${lasted(from, clock)}</li>`;
};

/** E.g. `3 of 52 are not well`. */
export function targetsTitle(targets: readonly TargetOverview[]): string {
  const wrong = targets.filter(({ quality }) => quality !== 'good').length;
  return wrong === 0
    ? `Targets: all ${targets.length} answer`
    : `Targets: ${wrong} of ${targets.length} do not answer as they should`;
}

/** `site` is its id. What is worst stands first in what is given. */
export function targetsPart(
  site: string,
  targets: readonly TargetOverview[],
  options: TargetOptions,
): string {
  const isMany = targets.length > mostWhole;
  const shown = isMany ? targets.slice(0, wholeOfMany) : targets;
  const rest = isMany ? targets.slice(wholeOfMany) : [];
  const wrong = rest.filter(({ quality }) => quality !== 'good').length;
  const words =
    wrong === 0
      ? `${count(rest.length, 'more target')}: all answer`
      : `${count(rest.length, 'more target')}: ${wrong} not well`;
  const more =
    rest.length === 0
      ? ''
      : `<details id="more-${escaped(site)}"><summary>${words}</summary><ul class="short">${rest.map((target) => short(target, options)).join('')}</ul></details>`;
  return `<p class="columns" aria-hidden="true"><span>What</span><span>Half / 95 % within</span><span>Last 24 h</span><span>90 days</span></p><ul class="targets">${shown.map((target) => whole(target, options)).join('')}</ul>${more}`;
}
