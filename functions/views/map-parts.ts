// The way from the watchdog to the chain, part by part: what stands there, and by what evidence. What is not known is never good.
import type { ChainName } from '../domain/chain.ts';
import type { StandbyGlance } from '../domain/glance.ts';
import type { Judgement } from '../domain/judge.ts';
import type { SiteVerdict } from '../domain/verdict.ts';
import { lastedWords, listed, sentenceOf } from './headline-words.ts';
import type { ChainOverview, MapPart, SiteOverview, TargetOverview } from './overview.ts';
import { standbySentence, standbyState } from './standby-sentence.ts';
import { duration } from './time.ts';
import { chainTone, type Tone, verdictTone } from './verdict.ts';

/** What the parts are made of. */
export type Mapped = {
  readonly site: Omit<SiteOverview, 'headline' | 'map'>;
  /** Null where nothing was ever judged. */
  readonly judgement: Pick<Judgement, 'life' | 'signals'> | null;
  /** Chains for which a standby may be made; null where none is configured. */
  readonly standbysFor: readonly ChainName[] | null;
  readonly at: number;
};

const part = (id: MapPart['id'], name: string, rest: Omit<MapPart, 'id' | 'name'>): MapPart => ({
  id,
  name,
  ...rest,
});

function watchdog({ site, at }: Mapped): MapPart {
  const of = (tone: Tone, state: string, text: string): MapPart =>
    part('watchdog', 'watchdog', { tone, state, text });
  const { lastTickAt, latenessMs } = site;
  if (site.watched === 'unreadable')
    return of('doubt', 'not known', 'What it remembers of this site cannot be read.');
  if (lastTickAt === null) return of('doubt', 'has not looked', 'It has not looked at this site yet.');
  const late = latenessMs === null || latenessMs < 1_000 ? '' : `, ${duration(latenessMs)} after its time`;
  const text = `The last look was ${lastedWords(lastTickAt, at)} ago${late}; one is due each minute.`;
  if (site.watched === 'stale') return of('bad', 'does not look', text);
  if (site.verdict === 'blind') return of('doubt', 'blind', `Its own network fails. ${text}`);
  const failing = Object.keys(site.outbox?.failing ?? {});
  if (failing.length > 0)
    return of('doubt', 'hardly heard', `Messages do not arrive by ${listed(failing)}. ${text}`);
  return of('good', 'watching', text);
}

function latencyWords({ id, latencyMs, reason }: TargetOverview): string {
  if (reason !== null) return `${id}: ${reason}`;
  return latencyMs === null ? id : `${id} in ${Math.round(latencyMs)} ms`;
}

function exit({ site, judgement }: Mapped): MapPart {
  const of = (tone: MapPart['tone'], state: string, text: string): MapPart =>
    part('exit', 'VPN exit', { tone, state, text });
  const targets = site.targets.filter(({ role }) => role === 'exit');
  if (targets.length === 0) return of('none', 'not watched', 'No VPN exit is configured.');
  const text = `Probed: ${listed(targets.map(latencyWords))}.`;
  if (judgement === null || site.verdict === 'blind') return of('doubt', 'not known', text);
  switch (judgement.signals.exit) {
    case 'reachable':
      return of('good', 'answers', text);
    case 'unreachable':
      return of('bad', 'does not answer', text);
    case 'none':
    case 'unknown':
      return of('doubt', 'not known', text);
  }
}

/** A house in one or two words. */
export const houseState = {
  ok: 'answers',
  dark: 'dark',
  'vpn-down': 'dark or cut off',
  'not-signing': 'does not sign',
  'inbound-lost': 'lives, way in lost',
  degraded: 'partly answers',
  blind: 'not known',
  unknown: 'not known',
} as const satisfies Record<SiteVerdict, string>;

function house({ site, judgement }: Mapped): MapPart {
  const { verdict } = site;
  if (verdict === null || judgement === null) {
    return part('house', 'house', { tone: 'doubt', state: 'not known', text: 'Nothing is known of it.' });
  }
  const inbound = site.targets.filter(({ role }) => role === 'inbound');
  const good = inbound.filter(({ quality }) => quality === 'good').length;
  const ways = inbound.length === 0 ? 'no way in is probed' : `${good} of ${inbound.length} ways in answer`;
  const life = judgement.life.length === 0 ? 'no sign of life' : `seen alive by ${listed(judgement.life)}`;
  const text = sentenceOf(`${ways}; ${life}`);
  return part('house', 'house', { tone: verdictTone[verdict], state: houseState[verdict], text });
}

/** In one or two words. */
export const chainState = { moving: 'moves', stalled: 'stands still', unknown: 'not known' } as const;

const chainText = {
  moving: 'New blocks come.',
  stalled: 'No new block comes.',
  unknown: 'Nothing is known of it.',
} as const;

const chain = ({ id, state, detail }: ChainOverview): MapPart =>
  part('chain', id, {
    tone: chainTone[state],
    state: chainState[state],
    text: detail === null ? chainText[state] : sentenceOf(detail),
  });

/** What a standby is a sign of: only one that is ready is good. */
export function standbyTone({ phase, problems }: StandbyGlance): Tone {
  if (phase === 'failed') return 'bad';
  return phase === 'synced' && problems.length === 0 ? 'good' : 'doubt';
}

function standbys({ site, standbysFor, at }: Mapped): MapPart[] {
  const all = [
    ...site.signers.flatMap(({ id, standby }) => (standby === null ? [] : [{ id, standby }])),
    ...Object.entries(site.otherStandbys).map(([id, standby]) => ({ id, standby })),
  ].filter(({ standby }) => standby.phase !== 'gone');
  if (all.length > 0) {
    return all.map(({ id, standby }) =>
      part('standby', `standby of ${id}`, {
        tone: standbyTone(standby),
        state: standbyState(standby),
        text: sentenceOf(standbySentence(id, standby, { at, timezone: site.timezone })),
      }),
    );
  }
  const isPossible =
    standbysFor !== null && site.signers.some((signer) => standbysFor.includes(signer.chain));
  return [
    part('standby', 'standby', {
      tone: 'none',
      state: isPossible ? 'none now' : 'not configured',
      text: isPossible ? 'One is made when it is needed.' : 'No standby is configured for its signers.',
    }),
  ];
}

/** What was seen too long ago is not good any more. */
function aged(each: MapPart, { site, at }: Mapped): MapPart {
  if (site.watched !== 'stale' || each.id === 'watchdog' || each.tone === 'none') return each;
  const age = site.lastTickAt === null ? '' : ` That was ${lastedWords(site.lastTickAt, at)} ago.`;
  return {
    ...each,
    tone: each.tone === 'good' ? 'doubt' : each.tone,
    state: `was: ${each.state}`,
    text: `${each.text}${age}`,
  };
}

/** From the watchdog to the chains, then the standbys. */
export const mapOf = (mapped: Mapped): MapPart[] =>
  [watchdog(mapped), exit(mapped), house(mapped), ...mapped.site.chains.map(chain), ...standbys(mapped)].map(
    (each) => aged(each, mapped),
  );
