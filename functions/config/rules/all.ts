// All rules between fields; each says what no single field can show to be wrong.
import { publicAddresses } from './addresses.ts';
import { noCredentials } from './credentials.ts';
import { askableFences } from './fences.ts';
import { uniqueIds } from './ids.ts';
import { keysOnce } from './keys.ts';
import { usableLeases } from './leases.ts';
import { windowsInOrder } from './maintenance.ts';
import { knownNames } from './names.ts';
import type { Rule } from './rule.ts';
import { siteSize } from './size.ts';
import { chainTargets, enoughReferences } from './sources.ts';
import { usableStandbys } from './standbys.ts';
import { usableLinkKeys } from './view.ts';

/** `allow` holds networks that are allowed everywhere. */
export function rulesFor(allow: readonly string[]): readonly Rule[] {
  return [
    uniqueIds,
    knownNames,
    enoughReferences,
    chainTargets,
    usableLeases,
    publicAddresses(allow),
    noCredentials,
    keysOnce,
    askableFences,
    windowsInOrder,
    siteSize,
    usableStandbys,
    usableLinkKeys,
  ];
}
