// What Compute's error codes mean for an attempt: where to go on, whether to wait, or that only a person can help.
import type { Purpose } from './situation.ts';
import type { Attempt, Trouble } from './standby.ts';

/** `again`: our own words for an attempt that ended without a fault of its place. `exists`: the name is taken, and the list says by whom. */
export type CodeClass = 'next-zone' | 'next-region' | 'wait' | 'stop' | 'exists' | 'again';

/** Codes of our own; Compute has none of them. */
export const ownCodes = {
  /** The node was there, and is gone although it is wanted. */
  vanished: 'VANISHED',
  /** Compute does not know the operation any more, and there is no node. */
  forgotten: 'OPERATION_UNKNOWN',
  /** It was not wanted any more before there was a node. */
  withdrawn: 'WITHDRAWN',
  /** Refused with a snapshot: without one it may go. */
  cold: 'SNAPSHOT_REFUSED',
  /** Another wanting came while it was not over. */
  superseded: 'SUPERSEDED',
} as const;

const classes: Readonly<Record<Exclude<CodeClass, 'stop'>, readonly string[]>> = {
  'next-zone': [
    'ZONE_RESOURCE_POOL_EXHAUSTED',
    'ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS',
    'RESOURCE_POOL_EXHAUSTED',
    'insufficientCapacity',
    'GPU_STOCKOUT',
    // Ended by Compute while it was made.
    'UNSUPPORTED_OPERATION',
    'RESOURCE_NOT_READY',
    'resourceNotReady',
    'RESOURCE_OPERATION_RATE_EXCEEDED',
    'RESOURCE_NOT_FOUND',
    ownCodes.forgotten,
  ],
  'next-region': ['QUOTA_EXCEEDED', 'quotaExceeded', 'REGION_RESOURCE_POOL_EXHAUSTED'],
  wait: [
    'rateLimitExceeded',
    'userRateLimitExceeded',
    'RATE_LIMIT_EXCEEDED',
    'backendError',
    'internalError',
    'INTERNAL_ERROR',
    'TIMEOUT',
    // The call never left us.
    'ABORTED',
    'NO_IDENTITY',
    'HTTP_401',
    'HTTP_408',
    'HTTP_429',
    'HTTP_500',
    'HTTP_502',
    'HTTP_503',
    'HTTP_504',
  ],
  exists: ['alreadyExists', 'RESOURCE_ALREADY_EXISTS', 'HTTP_409'],
  again: [ownCodes.vanished, ownCodes.withdrawn, ownCodes.superseded, ownCodes.cold],
};

const byCode: ReadonlyMap<string, CodeClass> = new Map([
  ...classes['next-zone'].map((code) => [code, 'next-zone'] as const),
  ...classes['next-region'].map((code) => [code, 'next-region'] as const),
  ...classes.wait.map((code) => [code, 'wait'] as const),
  ...classes.exists.map((code) => [code, 'exists'] as const),
  ...classes.again.map((code) => [code, 'again'] as const),
]);

type Said = { readonly code: string; readonly text: string; readonly status?: number | null };

/**
 * Unknown codes stop. A quota of all regions together stops too: no other region would help. That we are not who we say may be over with the
 * next token.
 */
export function classOf({ code, text, status = null }: Said): CodeClass {
  if (status === 401) return 'wait';
  const found = byCode.get(code) ?? 'stop';
  return found === 'next-region' && /ALL_REGIONS/i.test(`${code} ${text}`) ? 'stop' : found;
}

const permissionCodes = [
  'IAM_PERMISSION_DENIED',
  'PERMISSION_DENIED',
  'SERVICE_ACCOUNT_ACCESS_DENIED',
  'forbidden',
  'HTTP_403',
];
const rejectedCodes = [
  'invalid',
  'required',
  'notFound',
  'HTTP_400',
  'HTTP_404',
  'VPC_NOT_FOUND',
  'QUOTA_EXCEEDED',
  'quotaExceeded',
  'INVALID_FIELD_VALUE',
  'conditionNotMet',
  'accessNotConfigured',
  'badRequest',
];

type Told = Pick<Trouble, 'kind' | 'text'>;
type Failed = { readonly code: string; readonly permission?: string | null; readonly text: string };

const permissionIn = ({ permission = null, text }: Failed): string | null =>
  permission ?? /\b(?:compute|iam)\.[a-zA-Z]+\.[a-zA-Z]+\b/.exec(text)?.[0] ?? null;

const isForbidden = (failed: Failed): boolean =>
  permissionIn(failed) !== null || permissionCodes.includes(failed.code);

/** By which a person asks for what was given up. */
export const askAgain = (signer: string, purpose: Purpose): string =>
  purpose === 'standby'
    ? `ask for the standby again: watchdog standby create ${signer} --why "…"`
    : `try it again: watchdog drill ${signer}`;

/** What Compute rejects for good with a snapshot may go without one, also for want of a right that only a snapshot needs. */
export const isOfSnapshot = (attempt: Pick<Attempt, 'snapshot'>, said: Said): boolean =>
  attempt.snapshot !== null && (classOf(said) === 'stop' || classOf(said) === 'wait');

/** What only a person can put right: which permission is missing and where it is given, or the code as it is. */
export function troubleOf(
  failure: Failed,
  context: {
    readonly project: string;
    readonly doing: string;
    /** How what is given up by it is asked for again; null when it is tried again anyway. */
    readonly again: string | null;
  },
): Told {
  const { code, text } = failure;
  const { project, doing, again } = context;
  const then = again === null ? '' : `, then ${again}`;
  const permission = permissionIn(failure);
  if (isForbidden(failure)) {
    const missing = permission ?? 'a permission that Compute does not name';
    return {
      kind: 'permission',
      text: `Compute forbids ${doing} (${code}): the service account of provision lacks ${missing}; grant it by a role in the IAM of project ${project}${then}`,
    };
  }
  const cure = again === null ? '' : `; put that right${then}`;
  return rejectedCodes.includes(code)
    ? { kind: 'rejected', text: `Compute rejects ${doing}: ${code}: ${text}${cure}` }
    : {
        kind: 'unknown-error',
        text: `${doing} failed with a code that is not known: ${code}: ${text}${cure}`,
      };
}
