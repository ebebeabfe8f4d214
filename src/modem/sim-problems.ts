import type { SimState } from './state.ts'

/** What a SIM that is not ready means to its user, and what to do. */
export const SIM_PROBLEMS: Readonly<Record<Exclude<SimState, 'ready'>, string>> = {
  pin_required: 'The SIM asks for its PIN. Configure the PIN of this modem, or switch the PIN off in a phone.',
  puk_required: 'The SIM is locked and asks for its PUK. Unlock it in a phone.',
  absent: 'There is no SIM in the modem, or it is not recognised. Insert one; if there is one, clean its contacts.',
  blocked: 'The modem is locked to another SIM or operator, and has to be unlocked with the code of its seller.',
  unknown: 'The SIM does not become ready. Take it out, clean its contacts and restart the modem; it may be defective.',
}
