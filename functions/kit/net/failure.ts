// How the errors of sockets and resolvers become closed reasons and plain words.
import { codeOf } from '../error.ts';

/** What can go wrong before anybody has answered anything that could be judged. */
type NetReason = 'timeout' | 'refused' | 'reset' | 'dns' | 'unreachable' | 'tls' | 'protocol' | 'aborted';

/** `detail` is a plain sentence or a part of one, at most 200 characters on one line. */
export type Failure<Reason extends string = NetReason> = {
  readonly ok: false;
  readonly reason: Reason;
  readonly detail: string;
};

/** What a stranger said may stand in `detail`: it is made printable and short. */
export function failed<Reason extends string>(reason: Reason, detail: string): Failure<Reason> {
  return { ok: false, reason, detail: printable(detail) };
}

/** At most 200 characters on one line; what a server says may hold anything. */
function printable(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim();
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`;
}

const socketErrors: Readonly<Record<string, readonly [NetReason, string]>> = {
  ECONNREFUSED: ['refused', 'refused the connection'],
  ECONNRESET: ['reset', 'reset the connection'],
  EPIPE: ['reset', 'closed the connection'],
  ECONNABORTED: ['reset', 'closed the connection'],
  ETIMEDOUT: ['timeout', 'did not answer'],
  EHOSTUNREACH: ['unreachable', 'has no route to it'],
  ENETUNREACH: ['unreachable', 'is in a network that cannot be reached from here'],
  EHOSTDOWN: ['unreachable', 'is down'],
  EADDRNOTAVAIL: ['unreachable', 'cannot be reached from here'],
  EACCES: ['unreachable', 'is blocked by a firewall here'],
  EPERM: ['unreachable', 'is blocked by a firewall here'],
  EMFILE: ['aborted', 'was not asked: this machine has no socket left'],
  ENFILE: ['aborted', 'was not asked: this machine has no socket left'],
  ENOBUFS: ['aborted', 'was not asked: this machine has no buffer left'],
  ENOMEM: ['aborted', 'was not asked: this machine has no memory left'],
};

/** A socket's error as a failure of `who`; our own shortage of sockets is `aborted`, for it says nothing of the target. */
export function socketFailure(who: string, error: unknown): Failure {
  const code = codeOf(error);
  const [reason, words] = socketErrors[code] ?? [
    'unreachable',
    `cannot be reached (${code || 'unknown error'})`,
  ];
  return failed(reason, `${who} ${words}`);
}

const nameErrors: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name does not exist',
  ENODATA: 'the name has no address',
  EAI_AGAIN: 'no name server answered',
  ETIMEOUT: 'no name server answered',
  ESERVFAIL: 'the name server failed (SERVFAIL)',
  EREFUSED: 'the name server refused to answer',
  ECONNREFUSED: 'no name server can be reached',
  EBADRESP: 'the name server answered with something malformed',
  EFORMERR: 'the name server did not understand the question',
  EBADNAME: 'the name is malformed',
};

/** What a look-up without any address means; the error that says most is used. */
export function nameFailure(codes: readonly string[]): Failure {
  const vague = new Set(['', 'ENODATA', 'ENOTFOUND']);
  const code =
    codes.find((each) => !vague.has(each)) ?? codes.find((each) => each === 'ENOTFOUND') ?? 'ENODATA';
  return failed('dns', nameErrors[code] ?? `the look-up failed (${code})`);
}

// An answer, even a refusal, says more of a host with many addresses than silence does.
const telling: readonly NetReason[] = ['refused', 'reset', 'tls', 'timeout', 'unreachable', 'aborted'];

/** One failure for all addresses of a name. */
export function mostTelling(failures: readonly Failure[]): Failure | undefined {
  const best = [...failures].sort((a, b) => telling.indexOf(a.reason) - telling.indexOf(b.reason))[0];
  if (best === undefined || failures.length === 1) return best;
  return failed(best.reason, `none of ${failures.length} addresses answered; ${best.detail}`);
}
