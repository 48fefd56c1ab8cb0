// What the commands that keep people from being told have in common: how long, why, by whom, and of what.
import { InvalidArgumentError, Option } from 'commander';
import { label, moment } from '../functions/config/fields.ts';
import { parseDuration } from '../functions/kit/duration.ts';
import type { SiteStatus } from '../functions/views/status.ts';
import { wrong, type Refused } from './door.ts';
import { examples, type Context } from './context.ts';
import { fetchStatus, tokenVariable, urlVariable, type StatusOptions } from './fetch-status.ts';
import { ackTokenVariable, ackUrlVariable } from './post-event.ts';
import type { Terminal } from './terminal.ts';

const shortestMs = 60_000;
/** As for the windows of the configuration: whoever needs longer asks again. */
export const longestQuietMs = 31 * 86_400_000;

export function readLength(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) {
    throw new InvalidArgumentError('Write a whole number and one of s, m, h, d, such as 2h.');
  }
  if (ms < shortestMs) throw new InvalidArgumentError('It must be at least 1m.');
  if (ms > longestQuietMs) {
    throw new InvalidArgumentError('It must be at most 31d: nobody is told of anything meanwhile.');
  }
  return ms;
}

export function readMoment(text: string): number {
  const parsed = moment.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('Write date, time and offset, such as 2026-12-01T22:00:00Z.');
}

/** One line for people, as the configuration takes it. */
function readLine(text: string): string {
  const parsed = label.safeParse(text.trim());
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message ?? 'is no line of text'}.`);
}

export const whyOption = (): Option =>
  new Option('--why <text>', 'what is being done; the others read it').argParser(readLine);

export const byOption = (): Option =>
  new Option('--by <name>', 'who says so; the name of your account here if left out').argParser(readLine);

/** Who says so; refused when nobody can tell. */
export function whoSays(by: string | undefined, { variables }: Context): string | Refused {
  const name = by ?? variables['USER'] ?? variables['LOGNAME'];
  const parsed = label.safeParse(name?.trim());
  return parsed.success ? parsed.data : wrong('who says so? Give your name with --by');
}

/** What is kept quiet: a part of a site, or all of it when `subject` is null. */
export type Quiet = { readonly site: string; readonly subject: string | null };

export const quietName = ({ site, subject }: Quiet): string =>
  subject === null ? site : `${site}/${subject}`;

/** A site and what can be muted of it; null when nobody has looked at it yet. */
export type Mutable = { readonly site: string; readonly subjects: readonly string[] | null };

/** References bear witness and the sources of chains are asked: nobody is told of those, so they cannot be muted. */
export function mutableOf({ site, facts }: Pick<SiteStatus, 'site' | 'facts'>): Mutable {
  if (facts === null) return { site, subjects: null };
  const targets = facts.targets.filter(({ role }) => role === 'inbound' || role === 'exit');
  return { site, subjects: [...targets, ...facts.signers, ...facts.chains].map(({ id }) => id) };
}

type Named = { readonly ok: true; readonly quiet: Quiet } | Refused;

const mostShown = 20;

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const rest = names.length - mostShown;
  return `${names.slice(0, mostShown).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function byBoth(site: string, subject: string, sites: readonly Mutable[]): Named {
  const found = sites.find((each) => each.site === site);
  if (found === undefined) {
    return wrong(`there is no site ${site}; there are ${listed(sites.map((each) => each.site))}`);
  }
  if (subject === '') return { ok: true, quiet: { site, subject: null } };
  if (found.subjects === null) {
    return wrong(
      `what ${site} consists of is not known, for the status shows no facts of it; mute ${site} as a whole, or try again once it is watched`,
    );
  }
  return found.subjects.includes(subject)
    ? { ok: true, quiet: { site, subject } }
    : wrong(
        `${site} has no target, signer or chain ${subject} of which anybody would be told; there are ${listed(found.subjects)}`,
      );
}

/** `SITE`, `SITE/` (surely the site), `SITE/TARGET`, or a target, signer or chain that only one site has. */
export function quietOf(text: string, sites: readonly Mutable[]): Named {
  const slash = text.indexOf('/');
  if (slash >= 0) return byBoth(text.slice(0, slash), text.slice(slash + 1), sites);
  const found = sites.flatMap(({ site, subjects }): Quiet[] => [
    ...(site === text ? [{ site, subject: null }] : []),
    ...((subjects ?? []).includes(text) ? [{ site, subject: text }] : []),
  ]);
  const [first] = found;
  if (first !== undefined && found.length === 1) return { ok: true, quiet: first };
  if (first === undefined) {
    const known = sites.flatMap(({ site, subjects }) => [site, ...(subjects ?? [])]);
    return wrong(`there is no site, target, signer or chain ${text}; there are ${listed(known)}`);
  }
  const choices = found.map(({ site, subject }) =>
    subject === null ? `${site}/ for the whole site` : `${site}/${subject}`,
  );
  return wrong(`${text} is in more than one place; write ${choices.join(' or ')}`);
}

/** What the running watchdog understands by a name. Never rejects for what a user or a network can do. */
export async function findQuiet(text: string, options: StatusOptions, context: Context): Promise<Named> {
  const fetched = await fetchStatus(options, context);
  return fetched.ok ? quietOf(text, fetched.status.sites.map(mutableOf)) : fetched;
}

/** Said once something is quiet: what that means and what it does not. */
export function explainQuiet({ print }: Terminal): void {
  print('In that time nobody is told of it; it is watched and recorded all the same.');
  print('What is over is still told to whoever knew of it, and what is wrong at the end is told then.');
}

/** The end of `--help` of these commands. */
export const quietHelp = (...lines: readonly (readonly [command: string, what: string])[]): string =>
  `${examples(...lines)}\n\nReads ${urlVariable} and ${tokenVariable} (function status), writes by ${ackUrlVariable} and ${ackTokenVariable} (function ack).\nExit code: 0 it is done, 1 it could not be done, 2 wrong usage or configuration.`;
