// Binds what a configuration says of the links in messages to the secrets behind it.
import type { Config } from '../config/config.ts';
import { linksBy, type LinksOf } from '../flows/message-links.ts';
import type { SecretReader } from '../kit/secret.ts';
import { bindKeys } from './link-keys.ts';

/** Used by `deliver` only: nobody else signs. */
export function bindLinks({ links, acknowledge }: Config, secret: SecretReader): LinksOf {
  return linksBy({
    status: links.status,
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
