// Binds what a configuration says of the links in messages to the secrets behind it.
import type { Config } from '../config/config.ts';
import { linksBy, type LinksOf } from '../flows/message-links.ts';
import type { SecretReader } from '../kit/secret.ts';
import { bindKeys, bindViewLinkKeys } from './link-keys.ts';

const usualMs = 3 * 86_400_000;

/** Used by `deliver` only: nobody else signs. */
export function bindLinks({ links, acknowledge, status }: Config, secret: SecretReader): LinksOf {
  const keys = bindViewLinkKeys(status, secret);
  return linksBy({
    status: links.status,
    view: keys === null ? null : { validForMs: acknowledge?.validFor ?? usualMs, keys },
    runbook: links.runbook,
    acknowledge:
      acknowledge === null
        ? null
        : {
            url: acknowledge.url,
            validForMs: acknowledge.validFor,
            keys: bindKeys(acknowledge, secret),
          },
  });
}
