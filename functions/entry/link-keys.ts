// Binds the keys of links to the secrets behind them.
import type { Config } from '../config/config.ts';
import type { SecretReader } from '../kit/secret.ts';
import { linkKeys, type LinkKeys } from '../kit/signed-link.ts';

type Keys = Pick<NonNullable<Config['acknowledge']>, 'key' | 'previousKey'>;

/** Reads the keys each time that they are used. */
export function bindKeys({ key, previousKey }: Keys, secret: SecretReader): () => LinkKeys {
  return () => linkKeys(secret(key), previousKey === undefined ? null : secret(previousKey));
}
