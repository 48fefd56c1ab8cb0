// Names that must lead to something: policies, channels, sites and what a maintenance window is about.
import { type Draft, type DraftSite, textOf } from '../draft.ts';
import type { Path } from '../problem.ts';
import type { Report, Rule } from './rule.ts';

type Ids = readonly (string | undefined)[];

function check(
  name: string | undefined,
  known: Ids,
  at: { readonly path: Path; readonly what: string; readonly report: Report },
): boolean {
  if (name === undefined || known.includes(name)) return true;
  const list = [...new Set(known.filter((each) => each !== undefined))].join(', ');
  at.report(at.path, `does not name ${at.what}; there is ${list === '' ? 'none' : list}`);
  return false;
}

function subjectsOf(site: DraftSite): Ids {
  return [
    ...site.targets.map((target) => textOf(target, 'id')),
    ...site.signers.flatMap((signer) => [signer.id, signer.chain]),
  ];
}

/** With where each of them is written. */
function namedChannels(
  { notify }: DraftSite,
  path: Path,
): { readonly place: Path; readonly channel: string | undefined }[] {
  return notify.flatMap((each, at) =>
    typeof each === 'object'
      ? each.channels.map((channel, index) => ({ place: [...path, at, 'channels', index], channel }))
      : [{ place: [...path, at], channel: each }],
  );
}

function checkSite(
  site: DraftSite,
  path: Path,
  context: { readonly draft: Draft; readonly report: Report },
): void {
  const { draft, report } = context;
  const policies = [...new Set(['default', ...Object.keys(draft.policies)])];
  const channels = draft.channels.map((channel) => textOf(channel, 'id'));
  check(site.policy, policies, { path: [...path, 'policy'], what: 'a policy', report });
  const seen = new Set<string>();
  for (const { place, channel } of namedChannels(site, [...path, 'notify'])) {
    const isKnown = check(channel, channels, { path: place, what: 'a channel', report });
    if (channel === undefined) continue;
    if (isKnown && seen.has(channel)) report(place, 'names a channel for the second time; name it once');
    seen.add(channel);
  }
}

export const knownNames: Rule = (draft, report) => {
  const { channel } = draft.acknowledge.telegram;
  const channels = draft.channels.map((each) => textOf(each, 'id'));
  check(channel, channels, { path: ['acknowledge', 'telegram', 'channel'], what: 'a channel', report });
  for (const [index, site] of draft.sites.entries()) checkSite(site, ['sites', index], { draft, report });
  for (const [index, window] of draft.maintenance.entries()) {
    const path = ['maintenance', index];
    const ids = draft.sites.map((site) => site.id);
    check(window.site, ids, { path: [...path, 'site'], what: 'a site', report });
    const site = draft.sites.find((each) => each.id !== undefined && each.id === window.site);
    if (site === undefined) continue;
    const subjects = [...new Set(subjectsOf(site))];
    const what = 'a target, signer or chain of that site';
    check(window.subject, subjects, { path: [...path, 'subject'], what, report });
  }
};
