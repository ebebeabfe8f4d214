import type { AccessTechnology, SimState } from '../modem/state.ts'

/** How a number without a sign of its base is written. `auto`: decide by what it can be. */
export type NumberBase = 'hex' | 'decimal' | 'auto'

/** What a family writes in its own way. */
export interface FieldDialect {
  /** Of `cell_id` and `lac_code`. */
  readonly cellIdBase: NumberBase
  /** Of the physical cell identity. */
  readonly pciBase: NumberBase
}

/** Text of an item → its value; `null` when it says nothing. */
export type Conversion<T> = (text: string, dialect: FieldDialect) => T | null

const TECHNOLOGIES: Readonly<Record<string, AccessTechnology>> = {
  GSM: 'gsm',
  GPRS: 'gprs',
  EDGE: 'edge',
  WCDMA: 'umts',
  UMTS: 'umts',
  TDSCDMA: 'umts',
  HSDPA: 'hsdpa',
  HSUPA: 'hsupa',
  HSPA: 'hspa',
  'HSPA+': 'hspa_plus',
  'DC-HSPA+': 'hspa_plus',
  LTE: 'lte',
  'LTE-NSA': 'nr_nsa',
  ENDC: 'nr_nsa',
  'EN-DC': 'nr_nsa',
  SA: 'nr_sa',
  'NR5G-SA': 'nr_sa',
}

/** The name for a word of `network_type`; `null` for none, for CDMA, and for a bare `5G`, which could be two. */
export function technologyOf(word: string): AccessTechnology | null {
  const upper = word.toUpperCase()
  return Object.hasOwn(TECHNOLOGIES, upper) ? (TECHNOLOGIES[upper] ?? null) : null
}

const SIM_STATES: Readonly<Record<string, SimState>> = {
  modem_init_complete: 'ready',
  modem_sim_undetected: 'absent',
  modem_waitpin: 'pin_required',
  modem_waitpuk: 'puk_required',
  // Locked to another operator's cards.
  modem_imsi_waitnck: 'blocked',
}

/** The state for a word of `modem_main_state`; what it says while starting is `unknown`, and so is a damaged card. */
export function simStateOf(word: string): SimState {
  return Object.hasOwn(SIM_STATES, word) ? (SIM_STATES[word] ?? 'unknown') : 'unknown'
}

/** Up and down by `ppp_status` and `wan_connect_status`; words that contain each other are no matter of substrings. */
const CONNECTED: Readonly<Record<string, boolean>> = {
  ppp_connected: true,
  ipv4_ipv6_connected: true,
  ipv6_connected: true,
  pdp_connected: true,
  ppp_connecting: false,
  ppp_disconnecting: false,
  ppp_disconnected: false,
  ppp_ready: false,
  disconnected: false,
  no_connected: false,
}

/** Whether the mobile data connection is up; on its way up or down it is not. */
export function connected(text: string): boolean | null {
  return Object.hasOwn(CONNECTED, text) ? (CONNECTED[text] ?? null) : null
}

/** A number from `lowest` to `highest`. */
export function between(lowest: number, highest: number): Conversion<number> {
  return (text) => {
    const number = numberOf(text)
    return number !== null && number >= lowest && number <= highest ? number : null
  }
}

/** A negative level of which some firmware (MF297D) loses the sign; 0 is none. */
export function below(lowest: number): Conversion<number> {
  return (text) => {
    const number = numberOf(text)
    return number !== null && number !== 0 && -Math.abs(number) >= lowest ? -Math.abs(number) : null
  }
}

/** SINR of 5G; −20 stands for none, and so does −3276.8. */
export function nrSinr(text: string): number | null {
  const number = numberOf(text)
  return number !== null && number > -20 && number <= 50 ? number : null
}

/** A whole number that is counted, 0 … 2^53 − 1. */
export function count(text: string): number | null {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(number) ? number : null
}

/** Octets per second → bit/s. */
export function octetRate(text: string): number | null {
  const number = numberOf(text)
  return number === null || number < 0 ? null : Math.round(number * 8)
}

/** Stands for no cell, on 5G too, and in decimal also where other cells are in hex. */
const NO_CELL = 0x0fffffff

/** Cell identity of 28 bits on 2G to 4G, eight hex digits. */
export const cellId: Conversion<string> = (text, { cellIdBase }) => identity(text, cellIdBase, 28, 8)

/** Cell identity of 36 bits on 5G, nine hex digits. */
export const nrCellId: Conversion<string> = (text, { cellIdBase }) => identity(text, cellIdBase, 36, 9)

/** Location or tracking area code of 16 bits, four hex digits. 0000 and FFFE are no area (3GPP TS 23.003 section 4.1). */
export const areaCode: Conversion<string> = (text, { cellIdBase }) => {
  const code = identity(text, cellIdBase, 16, 4)
  return code === 'FFFE' ? null : code
}

/** Tracking area code of 24 bits on 5G, six hex digits. */
export const nrAreaCode: Conversion<string> = (text, { cellIdBase }) => identity(text, cellIdBase, 24, 6)

/** Physical cell identity; more than `highest` in hex means that it was decimal. */
export function physicalCell(highest: number): Conversion<number> {
  return (text, { pciBase }) => {
    const number = inBase(text, pciBase, highest)
    return number !== null && number <= highest ? number : null
  }
}

function identity(text: string, base: NumberBase, bits: number, digits: number): string | null {
  const highest = 2 ** bits - 1
  const number = text === String(NO_CELL) ? null : inBase(text, base, highest)
  if (number === null || number === 0 || number >= highest || number === NO_CELL) return null
  return number.toString(16).toUpperCase().padStart(digits, '0')
}

/** Letters mean hex whatever the family; without them the family decides, or whether it can be hex at all. */
function inBase(text: string, base: NumberBase, highest: number): number | null {
  if (!/^[0-9a-f]{1,12}$/i.test(text)) return null
  const hex = Number.parseInt(text, 16)
  if (/[a-f]/i.test(text) || base === 'hex') return hex
  return base === 'auto' && hex <= highest ? hex : Number(text)
}

/** `null` for 0.0.0.0 and for what is no IPv4 address. */
export function ipv4(text: string): string | null {
  const octets = /^(?:\d{1,3}\.){3}\d{1,3}$/.test(text) ? text.split('.').map(Number) : []
  if (octets.length === 0 || octets.some((octet) => octet > 255) || octets.every((octet) => octet === 0)) return null
  return text
}

/** `null` for `::` and for what does not look like an IPv6 address. */
export function ipv6(text: string): string | null {
  const address = text.replace(/\/\d{1,3}$/, '')
  return /^[0-9a-f:.]{3,45}$/i.test(address) && address.split(':').length > 2 && /[1-9a-f]/i.test(address)
    ? address
    : null
}

function numberOf(text: string): number | null {
  return /^[+-]?\d{1,15}(?:\.\d{1,6})?$/.test(text) ? Number(text) : null
}
