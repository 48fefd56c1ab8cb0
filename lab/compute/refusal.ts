// What the pretend Compute Engine says when it does not do what it was asked, in Google's own form and words.

export type Said = {
  readonly reason: string;
  readonly message: string;
  readonly domain?: string;
  readonly details?: readonly object[];
};

/** Thrown by whatever handles a request; it becomes the answer. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, { reason, message, domain = 'global', details }: Said) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.body = {
      error: {
        code: status,
        message,
        errors: [{ message, domain, reason }],
        ...(details === undefined ? {} : { details }),
      },
    };
  }
}

export const notFound = (resource: string): Refusal =>
  new Refusal(404, { reason: 'notFound', message: `The resource '${resource}' was not found` });

export const alreadyExists = (resource: string): Refusal =>
  new Refusal(409, { reason: 'alreadyExists', message: `The resource '${resource}' already exists` });

export const notReady = (resource: string): Refusal =>
  new Refusal(400, { reason: 'resourceNotReady', message: `The resource '${resource}' is not ready` });

export const invalid = (field: string, value: string, why: string): Refusal =>
  new Refusal(400, {
    reason: 'invalid',
    message: `Invalid value for field '${field}': '${value}'. ${why}`,
  });

export const unauthenticated = (): Refusal =>
  new Refusal(401, {
    reason: 'required',
    message:
      'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
  });

/** Compute names the permission, but of a service account it says it in other words. */
export const forbidden = (permission: string, resource: string): Refusal =>
  permission === 'iam.serviceAccounts.actAs'
    ? new Refusal(400, {
        reason: 'SERVICE_ACCOUNT_ACCESS_DENIED',
        message:
          "The user does not have access to service account 'node@pretend.iam.gserviceaccount.com'. User: 'watchdog@pretend.iam.gserviceaccount.com'. Ask a project owner to grant you the iam.serviceAccountUser role on the service account",
      })
    : new Refusal(403, {
        reason: 'forbidden',
        message: `Required '${permission}' permission for '${resource}'`,
      });

export const quotaExceeded = (metric: string, limit: number, region: string): Refusal =>
  new Refusal(403, {
    reason: 'quotaExceeded',
    domain: 'usageLimits',
    message: `Quota '${metric}' exceeded.  Limit: ${limit.toFixed(1)} in region ${region}.`,
  });

export const rateLimited = (): Refusal =>
  new Refusal(403, {
    reason: 'rateLimitExceeded',
    domain: 'usageLimits',
    message:
      "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service 'compute.googleapis.com'.",
  });

export const unavailable = (): Refusal =>
  new Refusal(503, { reason: 'backendError', message: 'Internal error. Please try again.' });

/** How a stock-out reads, in an answer and in an operation. */
export const noCapacity = (zone: string): string =>
  `The zone '${zone}' does not have enough resources available to fulfill the request.  Try a different zone, or try again later.`;

export const stockedOut = (zone: string): Refusal =>
  new Refusal(503, {
    reason: 'backendError',
    message: noCapacity(zone),
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'ZONE_RESOURCE_POOL_EXHAUSTED',
        domain: 'compute.googleapis.com',
      },
    ],
  });
