// Targets whose port is leased: who tells it, what a port that somebody else has may be shown, and what is left when the leases end.
import { type DraftSite, isMapping, textOf } from '../draft.ts';
import type { Path } from '../problem.ts';
import type { Report, Rule } from './rule.ts';

type Raw = Readonly<Record<string, unknown>>;

/** So many ports are kept of what a house tells. */
const mostLeases = 64;

const isLeased = (target: Raw): boolean => isMapping(target['leasedPort']);
const isInbound = (target: Raw): boolean => (target['role'] ?? 'inbound') === 'inbound';

const credentials = ['auth', 'pathSecret'] as const;

/** The field that carries a secret; null when none does. */
function secretField(target: Raw): string | null {
  const { headers } = target;
  const hasSecretHeader = isMapping(headers) && Object.values(headers).some(isMapping);
  return credentials.find((field) => target[field] !== undefined) ?? (hasSecretHeader ? 'headers' : null);
}

function checkSender(
  target: Raw,
  site: DraftSite,
  told: { readonly path: Path; readonly report: Report },
): void {
  const leased = target['leasedPort'];
  const source = isMapping(leased) ? textOf(leased, 'heartbeat') : undefined;
  const known = site.heartbeats.flatMap((each) => each.source ?? []);
  if (source === undefined || known.includes(source)) return;
  told.report(
    [...told.path, 'leasedPort', 'heartbeat'],
    `does not name a heartbeat of its site; there is ${known.join(', ') || 'none'}`,
  );
}

// Whoever has another port of the same exit may be anybody: providers let many share one address.
function checkStranger(target: Raw, path: Path, report: Report): void {
  const redirects = target['followRedirects'];
  if (typeof redirects === 'number' && redirects > 0) {
    report(
      [...path, 'followRedirects'],
      'must be 0 with leasedPort: whoever has that port next could lead the probe elsewhere',
    );
  }
  const field = secretField(target);
  if (field !== null && textOf(target, 'url')?.toLowerCase().startsWith('http:') === true) {
    report(
      [...path, field],
      'would be shown to whoever has that port next: with leasedPort write an https url, or no secret',
    );
  }
}

function checkTarget(
  target: Raw,
  site: DraftSite,
  told: { readonly path: Path; readonly report: Report },
): void {
  const { path, report } = told;
  if (!isInbound(target)) {
    report([...path, 'leasedPort'], 'is only for a target of role inbound; remove it');
    return;
  }
  checkSender(target, site, told);
  checkStranger(target, path, report);
}

function checkSite(site: DraftSite, path: Path, report: Report): void {
  const leased = site.targets.filter(isLeased);
  if (leased.length === 0) return;
  if (site.exits === undefined) {
    report(path, 'leases ports, but has no exits; name them: only what comes from there may tell a port');
  }
  if (leased.length > mostLeases) {
    report(
      path,
      `leases ${leased.length} ports; at most ${mostLeases} are kept of one site: make two sites of it`,
    );
  }
  const isEveryWayIn = site.targets.filter(isInbound).every(isLeased);
  const isMissed = site.heartbeats.some(({ silence }) => silence === 'warning' || silence === 'critical');
  if (isEveryWayIn && !isMissed) {
    report(
      path,
      'has no way in but leased ports, and their leases end with the house: give a heartbeat silence: critical, or add an inbound target with a port of its own',
    );
  }
}

export const usableLeases: Rule = (draft, report) => {
  for (const [index, site] of draft.sites.entries()) {
    const path = ['sites', index];
    for (const [at, target] of site.targets.entries()) {
      if (isLeased(target)) checkTarget(target, site, { path: [...path, 'targets', at], report });
    }
    checkSite(site, path, report);
  }
};
