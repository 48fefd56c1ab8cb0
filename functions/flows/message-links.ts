// Where a message leads to: the link and the code that acknowledge what it tells of, the status, and the runbook.
import type { MessageLinks } from '../channels/channel.ts';
import { isPage, type Notice } from '../domain/notice.ts';
import { describeError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import { type LinkKeys, shortCode, signLink } from '../kit/signed-link.ts';
import { viewLinkTo } from '../kit/view-link.ts';

/** What a configuration says of links; `acknowledge` is null when nobody can acknowledge. */
export type LinkSetup = {
  readonly status: string | undefined;
  /** Makes the link to the status one that opens it; null when it leads there only. */
  readonly view: { readonly validForMs: number; readonly keys: () => LinkKeys } | null;
  readonly runbook: string | undefined;
  readonly acknowledge: {
    readonly url: string;
    readonly validForMs: number;
    /** Reads the keys; may throw ERR_SECRET. */
    readonly keys: () => LinkKeys;
  } | null;
};

/** `problem` is a sentence when there had to be a link and none could be made. */
export type Leading = {
  readonly links: MessageLinks;
  readonly code: string | null;
  readonly problem: string | null;
};

/** Binds a notice to where it leads to. */
export type LinksOf = (notice: Notice) => Leading;

type Acknowledging = Pick<Leading, 'code' | 'problem'> & { readonly url: string | null };

/** The same for every try of a message: its time counts from the notice, not from the try. */
function acknowledging({ acknowledge }: LinkSetup, notice: Notice): Acknowledging {
  // What is said past the store has no incident that anybody could take on.
  const isAskedFor = (isPage(notice.kind) && notice.kind !== 'direct') || notice.kind === 'lowered';
  if (acknowledge === null || !isAskedFor) return { url: null, code: null, problem: null };
  const subject = { incident: notice.thread, severity: notice.severity };
  try {
    const keys = acknowledge.keys();
    const token = signLink({ ...subject, until: notice.at + acknowledge.validForMs }, keys);
    return { url: `${acknowledge.url}#${token}`, code: shortCode(subject, keys), problem: null };
  } catch (error) {
    // A page without a link still wakes somebody.
    const problem = `a message goes without a link to acknowledge: ${redactText(describeError(error))}`;
    return { url: null, code: null, problem };
  }
}

type Showing = { readonly url: string | undefined; readonly problem: string | null };

/** The same for every try of a message, as above. */
function showing({ status, view }: LinkSetup, { at }: Notice): Showing {
  if (status === undefined || view === null) return { url: status, problem: null };
  try {
    return { url: viewLinkTo(status, at + view.validForMs, view.keys()), problem: null };
  } catch (error) {
    const problem = `a message goes with a link to the status that does not open it: ${redactText(describeError(error))}`;
    return { url: status, problem };
  }
}

export function linksBy(setup: LinkSetup): LinksOf {
  return (notice) => {
    const { url, code, problem } = acknowledging(setup, notice);
    const shown = showing(setup, notice);
    const verdict = notice.items[0]?.problem;
    const runbook = setup.runbook === undefined ? {} : { runbook: [setup.runbook, verdict].join('#') };
    const problems = [problem, shown.problem].filter((each) => each !== null);
    return {
      links: {
        ...(url === null ? {} : { acknowledge: url }),
        ...(shown.url === undefined ? {} : { status: shown.url }),
        ...runbook,
      },
      code,
      problem: problems.length === 0 ? null : problems.join('; '),
    };
  };
}
