// Binds the fences of a configuration to the tokens behind them.
import type { Config } from '../config/config.ts';
import type { GateSigner } from '../flows/answer-gate.ts';
import type { SecretReader } from '../kit/secret.ts';

/** Reads the tokens each time that they are used. */
export const gateSigners = ({ sites }: Config, secret: SecretReader): GateSigner[] =>
  sites.flatMap(({ rules, fences }) =>
    rules.signers.map(({ id }) => ({
      id,
      site: rules.id,
      fences: fences
        .filter(({ signer }) => signer === id)
        .map((fence) => ({ id: fence.id, tokens: () => fence.tokens.map(secret) })),
    })),
  );
