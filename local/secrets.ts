// Finds the secrets that a configuration refers to, and which of them cannot be read here.
import type { Config } from '../functions/config/config.ts';
import { describeError } from '../functions/kit/error.ts';
import { secretReference, type SecretReader } from '../functions/kit/secret.ts';

/** `where` is the owner in the configuration, e.g. `channel phone`. */
export type MissingSecret = { readonly where: string; readonly message: string };

type Reference = ReturnType<typeof secretReference.parse>;

const withoutSecrets = new Set(['expect']);

/** Every secret that this part of a configuration refers to, however deep; one that is named twice comes twice. */
export function referencesIn(value: unknown, name = ''): Reference[] {
  if (typeof value !== 'object' || value === null || withoutSecrets.has(name)) return [];
  // Its names are free text of the user: one of them may happen to be called env or file, or expect.
  if (name === 'headers') return Object.values(value).flatMap((inner) => referencesIn(inner));
  const parsed = secretReference.safeParse(value);
  if (parsed.success) return [parsed.data];
  return Object.entries(value).flatMap(([key, inner]) => referencesIn(inner, key));
}

/** A part of a configuration that may refer to secrets, with its name for messages. */
export type Owner = readonly [where: string, options: unknown];

export const channelOwners = (channels: Config['channels']): Owner[] =>
  channels.map((channel) => [`channel ${channel.id}`, channel]);

export const senderOwners = (config: Config): Owner[] =>
  config.sites.flatMap(({ rules, senders }) =>
    senders.map(({ source, tokens }): Owner => [`heartbeat ${source} of site ${rules.id}`, tokens]),
  );

export const allOwners = (config: Config): Owner[] => [
  ...channelOwners(config.channels),
  ...config.references.map((reference): Owner => [`reference ${reference.id}`, reference]),
  ...config.sites.flatMap((site) =>
    site.targets.map((target): Owner => [`target ${target.id} of site ${site.rules.id}`, target]),
  ),
  ...config.sites.flatMap((site) =>
    site.sources.map(({ id, source }): Owner => [`target ${id} of site ${site.rules.id}`, source]),
  ),
  ...senderOwners(config),
  ...config.sites.flatMap(({ fences }) =>
    fences.map(({ signer, id, tokens }): Owner => [`fence ${signer}/${id}`, tokens]),
  ),
  ['acknowledge', config.acknowledge],
  ['gate', config.gate],
  ['status', config.status],
  ['selfWatch', config.selfWatch],
];

/** Each secret that is missing, empty or unreadable on this machine; values are read and dropped at once. */
export function missingSecrets(owners: readonly Owner[], read: SecretReader): MissingSecret[] {
  return owners.flatMap(([where, owner]) =>
    referencesIn(owner).flatMap((reference) => {
      try {
        read(reference);
        return [];
      } catch (error) {
        return [{ where, message: describeError(error) }];
      }
    }),
  );
}
