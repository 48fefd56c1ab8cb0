// Where the watchdog may connect to, and how names become addresses.

/** Which addresses a name may resolve to, and who resolves it. */
export type Network = {
  /** CIDRs that are allowed although they are not public (`allowAddresses` of a site; loopback in the lab). */
  readonly allow: readonly string[];
  /** `host:port` → `address:port`, as given by `--resolve`; such an address was named by the operator and is not checked. */
  readonly hosts: ReadonlyMap<string, { readonly address: string; readonly port: number }>;
  /** Name servers as `address:port`; the system's when absent. */
  readonly nameServers?: readonly string[];
};

/** A host name or IP address (without brackets) and a port. */
export type Endpoint = { readonly host: string; readonly port: number };
