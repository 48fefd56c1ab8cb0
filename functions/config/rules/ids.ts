// Ids that must not be given twice.
import { type Draft, textOf } from '../draft.ts';
import { formatPath, type Path } from '../problem.ts';
import type { Report, Rule } from './rule.ts';

type Named = { readonly path: Path; readonly id: string | undefined };

/** Reports whoever has the id of an earlier one, and gives those that are first. */
function firsts(all: readonly Named[], report: Report, why: string): Named[] {
  const seen = new Map<string, Path>();
  return all.filter(({ path, id }) => {
    if (id === undefined) return false;
    const earlier = seen.get(id);
    if (earlier !== undefined) report(path, `is "${id}", as ${formatPath(earlier)} is already; ${why}`);
    else seen.set(id, path);
    return earlier === undefined;
  });
}

const named = (path: Path, list: readonly Readonly<Record<string, unknown>>[]): Named[] =>
  list.map((each, index) => ({ path: [...path, index, 'id'], id: textOf(each, 'id') }));

const signersOf = (draft: Draft): { readonly site: number; readonly signer: Named }[] =>
  draft.sites.flatMap((site, index) =>
    named(['sites', index, 'signers'], site.signers).map((signer) => ({ site: index, signer })),
  );

export const uniqueIds: Rule = (draft, report) => {
  const references = firsts(
    named(['references'], draft.references),
    report,
    'give each reference its own id',
  );
  firsts(named(['channels'], draft.channels), report, 'give each channel its own id');
  firsts(named(['sites'], draft.sites), report, 'give each site its own id');
  const all = signersOf(draft);
  const signers = firsts(
    all.map(({ signer }) => signer),
    report,
    'give each signer of the whole file its own id',
  );
  for (const [index, site] of draft.sites.entries()) {
    const own = all.filter((each) => each.site === index && signers.includes(each.signer));
    firsts(
      [
        ...references,
        ...named(['sites', index, 'targets'], site.targets),
        ...own.map(({ signer }) => signer),
      ],
      report,
      'give each target, signer and reference of a site its own id',
    );
    firsts(
      site.heartbeats.map((beat, at) => ({
        path: ['sites', index, 'heartbeats', at, 'source'],
        id: beat.source,
      })),
      report,
      'give each heartbeat of a site its own source',
    );
  }
};
