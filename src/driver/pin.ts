/** What is kept beyond the process about the configured PIN; a newly configured PIN begins with `false`. */
export interface PinMemory {
  refused(): boolean
  remember(refused: boolean): void
}

/** The third wrong PIN locks the SIM; the last try is left to people. */
export const LEAST_TRIES = 2

/** For the user, from then on. */
export const PIN_REFUSED =
  'The SIM refused the configured PIN. It is not tried again until the configuration names another one; after three wrong PINs the SIM would be locked.'
