// Binds what a configuration says of links and acknowledgement to the secrets behind it.
import type { Config } from '../config/config.ts';
import { linksBy, type LinksOf } from '../flows/message-links.ts';
import type { SecretReader } from '../kit/secret.ts';
import { linkKeys, type LinkKeys } from '../kit/signed-link.ts';

type Acknowledge = NonNullable<Config['acknowledge']>;

/** Reads the keys each time that they are used. */
export function bindKeys({ key, previousKey }: Acknowledge, secret: SecretReader): () => LinkKeys {
  return () => linkKeys(secret(key), previousKey === undefined ? null : secret(previousKey));
}

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
