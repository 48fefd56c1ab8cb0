// Which snapshots of drills' disks are made, kept and begun with. Pure.

/** What Compute shows of a snapshot. */
export type SnapshotSeen = {
  readonly name: string;
  /** As Compute writes it: CREATING, UPLOADING, READY, FAILED, DELETING. */
  readonly status: string;
  /** Epoch ms; null when Compute's time cannot be read. */
  readonly createdAt: number | null;
  /** What it takes and is paid for; null while Compute does not say so. */
  readonly gib: number | null;
  readonly labels: Readonly<Record<string, string>>;
};
