// Names and addresses of the pretend world that several of its parts know.

export const labSite = 'home';
export const labHeartbeat = 'alertmanager';
export const labUps = 'ups';
export const labFence = 'fence';
/** The machine in the house that its signers are on. */
export const labInstance = 'mini1-5f2c9a';
/** Its signers, as the watchdog is told of them. */
export const labSigners = ['eth-1', 'bera-1'] as const;
export const labTimezone = 'Europe/Berlin';

/** Addresses that the world sees; all are reserved for documentation. */
export const addresses = {
  /** What nobody is to see. */
  home: '198.51.100.23',
  exit: '203.0.113.7',
  /** The exit of the VPN over the mobile router. */
  secondExit: '203.0.113.99',
} as const;
