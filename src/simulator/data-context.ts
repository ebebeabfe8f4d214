/** The one data context of a stick (3GPP TS 27.007 section 10.1): it lives as long as the registration. */
export class DataContext {
  /** What the network gives when the context is activated. */
  ip = '10.64.7.9'
  /** 16 octets as decimal numbers; `null`: the context is for IPv4 alone. */
  ipv6: string | null = null
  #isActive = false
  readonly #isRegistered: () => boolean

  constructor(isRegistered: () => boolean) {
    this.#isRegistered = isRegistered
  }

  get isActive(): boolean {
    if (!this.#isRegistered()) this.#isActive = false
    return this.#isActive
  }

  /** @returns whether the network agreed */
  set(active: boolean): boolean {
    if (active && !this.#isRegistered()) return false
    this.#isActive = active
    return true
  }
}
