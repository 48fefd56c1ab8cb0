// Binds what a configuration says of who may see the view to the secrets behind it.
import type { Config } from '../config/config.ts';
import type { AccessWorld } from '../flows/view-access.ts';
import type { Clock } from '../kit/clock.ts';
import type { SecretReader } from '../kit/secret.ts';
import { bindViewKeys } from './link-keys.ts';

/** Each secret is read each time that it is used. */
export function bindAccess(
  { status, links }: Config,
  { secret, clock }: { readonly secret: SecretReader; readonly clock: Clock },
): AccessWorld {
  const { token, linkKey } = status;
  return {
    isPublic: status.access === 'public',
    token: token === undefined ? null : () => secret(token),
    keys: bindViewKeys(status, secret),
    canEnter: token !== undefined || linkKey !== undefined,
    url: links.status ?? null,
    clock,
  };
}
