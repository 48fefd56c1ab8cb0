// Binds the keys of the gate to the secrets behind them, and holds them against the public halves that fences know.
import type { Config } from '../config/config.ts';
import { WatchdogError } from '../kit/error.ts';
import { describeReference, type SecretReader } from '../kit/secret.ts';
import { openSignature, type Signature } from '../kit/signature.ts';

type Gate = NonNullable<Config['gate']>;

/** Reads the keys each time that they are used. Throws ERR_SECRET, and ERR_CONFIG for a key that no fence would believe. */
export const bindGateKeys =
  ({ keys, publicKeys }: Gate, secret: SecretReader): (() => readonly Signature[]) =>
  () =>
    keys.map((key) => {
      const place = describeReference(key);
      const signature = openSignature(secret(key), `the key in ${place}`);
      if (publicKeys.includes(signature.publicKey)) return signature;
      throw new WatchdogError(
        'ERR_CONFIG',
        `the public half of the key in ${place} is ${signature.publicKey}, which is not among gate.publicKeys`,
      );
    });
