// One operator, or one host, is one source, however often it is listed.
import { type DraftSite, textOf } from '../draft.ts';
import { sourceProbes } from '../chain-source.ts';
import { endpointOf } from '../endpoint.ts';
import type { Path } from '../problem.ts';
import { chainNames } from '../signer.ts';
import type { Report, Rule } from './rule.ts';

type Raw = Readonly<Record<string, unknown>>;

/** How many of them share neither operator nor host with an earlier one. */
function countSources(all: readonly Raw[]): number {
  const seen = new Set<string>();
  let count = 0;
  for (const each of all) {
    const host = endpointOf(each)?.host;
    const marks = [textOf(each, 'operator') ?? host, host].flatMap((mark, index) =>
      mark === undefined ? [] : [`${index} ${mark}`],
    );
    // What cannot be read yet counts as a source of its own: its own problem is told already.
    if (marks.every((mark) => !seen.has(mark))) count++;
    for (const mark of marks) seen.add(mark);
  }
  return count;
}

export const enoughReferences: Rule = (draft, report) => {
  const count = countSources(draft.references);
  if (count >= 2) return;
  report(
    ['references'],
    count === 0
      ? 'are none; name hosts of at least 2 operators'
      : 'count as 1 source, because one operator or one host counts once; name hosts of at least 2 operators',
  );
};

function checkRole(target: Raw, path: Path, report: Report): void {
  const role = target['role'] ?? 'inbound';
  if (role === 'chain') {
    if (target['chain'] === undefined) {
      report([...path, 'chain'], `is missing; a target of role chain says which: ${chainNames.join(', ')}`);
    }
    if (target['operator'] === undefined) {
      report([...path, 'operator'], 'is missing; a target of role chain says who runs it');
    }
    return;
  }
  for (const field of ['chain', 'operator', 'own'] as const) {
    if (target[field] !== undefined && typeof role === 'string') {
      report([...path, field], 'is only for a target of role chain; remove it, or write role: chain');
    }
  }
}

function checkChains(site: DraftSite, path: Path, report: Report): void {
  for (const chain of chainNames) {
    const all = site.targets.filter((target) => target['role'] === 'chain' && target['chain'] === chain);
    if (all.length === 0 || countSources(all) >= 2) continue;
    report(
      path,
      `show ${chain} from 1 source only, because one operator or one host counts once; add a target of another operator`,
    );
  }
}

/** What shows the signing of a chain: its targets that are asked by the right probe. */
const sourcesOf = (site: DraftSite, chain: (typeof chainNames)[number]): Raw[] =>
  site.targets.filter(
    (target) =>
      target['role'] === 'chain' && target['chain'] === chain && target['probe'] === sourceProbes[chain],
  );

function checkSigners(site: DraftSite, path: Path, report: Report): void {
  for (const chain of chainNames) {
    const at = site.signers.findIndex((signer) => signer.chain === chain);
    const sources = sourcesOf(site, chain);
    if (at !== -1 && countSources(sources.filter((source) => source['own'] !== true)) < 2) {
      report(
        [...path, 'signers', at],
        `cannot be seen signing: add targets with role: chain, chain: ${chain} and probe: ${sourceProbes[chain]}, of at least 2 operators beside yourself`,
      );
    }
    const networks = new Set(sources.map((source) => JSON.stringify(source['network'] ?? null)));
    if (networks.size > 1) {
      report(
        [...path, 'targets'],
        `show ${chain} on different networks; the sources of a site must all be of one`,
      );
    }
  }
}

export const chainTargets: Rule = (draft, report) => {
  for (const [index, site] of draft.sites.entries()) {
    const path = ['sites', index, 'targets'];
    for (const [at, target] of site.targets.entries()) checkRole(target, [...path, at], report);
    checkChains(site, path, report);
    checkSigners(site, ['sites', index], report);
  }
};
