// Acknowledging by a signed link or a typed code: checks what was shown, writes the event down, and says what it is worth now.
import { compareSeverity, severities, type Severity } from '../domain/severity.ts';
import { describeError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import { readCode, subjectOfCode, verifyLink, type LinkKeys } from '../kit/signed-link.ts';
import {
  cleanName,
  openThreads,
  readOpen,
  siteOf,
  takeOn,
  type InboxWorld,
  type OpenThread,
} from './inbox.ts';

export type LinkWorld = InboxWorld & {
  /** Reads the keys; may throw ERR_SECRET. */
  readonly keys: () => LinkKeys;
  /** What is open, as of the last few seconds. */
  readonly openLately: () => Promise<readonly OpenThread[]>;
};

const lately = 5_000;

/** Whoever tries codes costs us one look in five seconds, not one each. */
export function lookLately(world: InboxWorld): LinkWorld['openLately'] {
  let seen: { readonly at: number; readonly threads: readonly OpenThread[] } | null = null;
  return async () => {
    const at = world.clock.now();
    if (seen === null || at - seen.at >= lately || at < seen.at)
      seen = { at, threads: await readOpen(world) };
    return seen.threads;
  };
}

export type Proof = { readonly token: string } | { readonly code: string };

/** `over`: nothing of it is open any more. `worse`: it got graver than what was acknowledged, which therefore counts for nothing. */
export type Acknowledged =
  | {
      readonly ok: true;
      readonly outcome: 'taken' | 'over' | 'worse';
      readonly incident: string;
      readonly site: string;
    }
  | { readonly ok: false; readonly outcome: 'malformed' | 'forged' | 'expired' | 'unknown-code' };

type Refusal = Extract<Acknowledged, { readonly ok: false }>;
type Subject = { readonly incident: string; readonly severity: Severity };

const refuse = (outcome: Refusal['outcome']): Refusal => ({ ok: false, outcome });

function byLink(world: LinkWorld, token: string): Subject | Refusal {
  const verified = verifyLink(token, world.keys(), world.clock.now());
  if (!verified.ok) return refuse(verified.reason);
  const severity = severities.find((each) => each === verified.claim.severity);
  return severity === undefined ? refuse('malformed') : { incident: verified.claim.incident, severity };
}

/** Everything that a code may stand for now. */
export const codeSubjects = (threads: readonly OpenThread[]): Subject[] =>
  threads.flatMap(({ id: incident }) => severities.map((severity) => ({ incident, severity })));

async function byCode(world: LinkWorld, text: string): Promise<Subject | Refusal> {
  const code = readCode(text);
  if (code === null) return refuse('malformed');
  const subjects = codeSubjects(await world.openLately());
  return subjectOfCode(code, subjects, world.keys()) ?? refuse('unknown-code');
}

/** What the acknowledgement is worth; when that cannot be read it counts as given, for it is written down. */
async function worthOf(
  world: LinkWorld,
  site: string,
  { incident, severity }: Subject,
): Promise<'taken' | 'over' | 'worse'> {
  try {
    const rules = world.sites.filter((each) => each.id === site);
    const threads = openThreads(rules, await world.store.readSites([site]));
    const open = threads
      .filter((thread) => thread.id === incident || thread.incidents.some((each) => each.id === incident))
      .flatMap((thread) => thread.incidents);
    if (open.length === 0) return 'over';
    return open.every((each) => compareSeverity(each.severity, severity) > 0) ? 'worse' : 'taken';
  } catch (error) {
    world.log.warn({ site, detail: redactText(describeError(error)) }, 'the site could not be read');
    return 'taken';
  }
}

/** Nothing of what was shown is kept or logged. */
export async function acknowledgeBy(
  world: LinkWorld,
  proof: Proof,
  name: string | null,
): Promise<Acknowledged> {
  const subject = 'token' in proof ? byLink(world, proof.token) : await byCode(world, proof.code);
  if ('outcome' in subject) {
    world.log.warn({ outcome: subject.outcome }, 'acknowledgement refused');
    return subject;
  }
  const { incident } = subject;
  const site = siteOf(world, incident)?.id;
  // Whoever signed it knew a site that is no longer configured: nobody would ever take the event in.
  if (site === undefined) return { ok: true, outcome: 'over', incident, site: incident.split('.')[0] ?? '' };
  const by = (name === null ? null : cleanName(name)) ?? 'somebody with the link';
  const [outcome] = await Promise.all([
    worthOf(world, site, subject),
    takeOn(world, { site, ...subject, by }),
  ]);
  world.log.info({ incident, outcome }, 'acknowledgement');
  return { ok: true, outcome, incident, site };
}
