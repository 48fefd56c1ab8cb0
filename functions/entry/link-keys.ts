// Binds the keys of links to the secrets behind them.
import type { Config } from '../config/config.ts';
import type { SecretReader } from '../kit/secret.ts';
import { linkKeys, type LinkKeys } from '../kit/signed-link.ts';
import { viewKeys, type ViewKeys } from '../kit/view-link.ts';

type Keys = Pick<NonNullable<Config['acknowledge']>, 'key' | 'previousKey'>;
type Status = Config['status'];

/** Reads the keys each time that they are used. */
export function bindKeys({ key, previousKey }: Keys, secret: SecretReader): () => LinkKeys {
  return () => linkKeys(secret(key), previousKey === undefined ? null : secret(previousKey));
}

/** What signs links in messages that open the view; null when nothing does. */
export function bindViewLinkKeys({ linkKey }: Status, secret: SecretReader): (() => LinkKeys) | null {
  // Only the present one signs.
  return linkKey === undefined ? null : () => linkKeys(secret(linkKey), null);
}

/** All that signs for the view; each secret is read each time that they are used. */
export function bindViewKeys(
  { token, linkKey, previousLinkKey }: Status,
  secret: SecretReader,
): () => ViewKeys {
  const read = (reference: Status['token']): string | null =>
    reference === undefined ? null : secret(reference);
  return () =>
    viewKeys({
      token: read(token),
      linkKey: read(linkKey),
      previousLinkKey: read(previousLinkKey),
    });
}
