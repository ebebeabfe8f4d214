import type { Modem } from '../modem/modem.ts'
import type { StateGroup } from '../modem/state.ts'
import type { ModemCard } from './outlet.ts'
import type { StateBoard } from './state-board.ts'
import type { SupervisorOptions } from './supervisor-options.ts'

function toldGroups({ state }: Pick<StateBoard, 'state'>): readonly StateGroup[] {
  return (Object.keys(state) as StateGroup[]).sort()
}

/** Who a modem is and what it can do. @param modem `undefined`: it is not open */
export function modemCard(
  { id, name, driver }: Pick<SupervisorOptions, 'id' | 'name' | 'driver'>,
  board: Pick<StateBoard, 'state' | 'identity'>,
  modem: Pick<Modem, 'can'> | undefined,
): ModemCard {
  const can = modem?.can
  return {
    id,
    name,
    transport: driver.transport,
    identity: board.identity,
    canSend: can?.sms !== undefined,
    canReboot: can?.reboot !== undefined,
    canUssd: can?.ussd !== undefined,
    canScan: can?.operator !== undefined,
    canSwitchData: can?.data !== undefined,
    canSwitchUsb: can?.usbMode !== undefined,
    networkModes: can?.networkMode?.modes ?? null,
    tells: toldGroups(board),
  }
}

/** Announces a modem: at every opening, and again when it tells of something that nobody knew it had. */
export class Introduction {
  readonly #options: Pick<SupervisorOptions, 'id' | 'name' | 'driver' | 'outlet'>
  readonly #board: Pick<StateBoard, 'state' | 'identity'>
  #toldGroups = 0

  constructor(
    options: Pick<SupervisorOptions, 'id' | 'name' | 'driver' | 'outlet'>,
    board: Pick<StateBoard, 'state' | 'identity'>,
  ) {
    this.#options = options
    this.#board = board
  }

  /** @param modem `undefined`: it is not open */
  announce(modem: Pick<Modem, 'can'> | undefined): void {
    const card = modemCard(this.#options, this.#board, modem)
    this.#toldGroups = card.tells.length
    void this.#options.outlet.announce(card)
  }

  /** Nothing while it is away: what it can is known of an open one only. */
  renew(modem: Pick<Modem, 'can'> | undefined): void {
    if (modem !== undefined && toldGroups(this.#board).length > this.#toldGroups) this.announce(modem)
  }
}
