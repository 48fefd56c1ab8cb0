// Who may sign with the keys of a signer: the flag in the keys database, which only a person writes and functions only read.

/** A cloud node by its place: `node/{project}/{zone}/{name}`; a house: `basement/{site}`. */
export type Holder =
  | { readonly kind: 'none' }
  | { readonly kind: 'basement'; readonly site: string }
  | { readonly kind: 'node'; readonly project: string; readonly zone: string; readonly name: string };

/** `keys/{signer}` of the keys database. */
export type KeyFlag = {
  readonly holder: Holder;
  /** A random id made on the machine outside every volume, backup and image; of a cloud node Compute's numeric id. Null while nobody holds. */
  readonly instance: string | null;
  /** Only grows. */
  readonly generation: number;
  /** CometBFT: no state below this height may sign. */
  readonly minHeight: number | null;
  readonly publicKeys: readonly string[];
  /** Epoch ms. */
  readonly since: number;
  readonly by: string;
  readonly reason: string;
  readonly evidence: readonly string[];
  /** Who held them before they were taken away from everybody; null while somebody holds them, and when nobody can have them back. */
  readonly former: { readonly holder: Holder; readonly instance: string | null } | null;
  /** What a person said when asked for a backup of the keys off the site; null for a flag that is older than the question. */
  readonly backup: Backup | null;
  /** The conditions of the guard that a person skipped, and why; null when none was. */
  readonly override: { readonly skipped: readonly string[]; readonly why: string } | null;
};

/** Whether a backup of the keys off the site was tested: restored somewhere, and found whole. */
export type Backup = { readonly isTested: boolean; readonly at: number; readonly by: string };

/** What reading came to. No document means that nothing was ever handed over; unreadable means that nothing is known. */
export type FlagRead =
  | { readonly isReadable: true; readonly flag: KeyFlag | null }
  | { readonly isReadable: false; readonly why: string };

/** `basement/home`, `node/my-project/europe-west3-a/bw-eth-1-0a1b2c3d` or `none`, as it is written. */
export function holderText(holder: Holder): string {
  switch (holder.kind) {
    case 'none':
      return 'none';
    case 'basement':
      return `basement/${holder.site}`;
    case 'node':
      return `node/${holder.project}/${holder.zone}/${holder.name}`;
  }
}
