import type { FoundOperator } from '../modem/modem.ts'
import type { AccessTechnology } from '../modem/state.ts'
import type { Values } from './reply.ts'
import { numberAt, textAt } from './reply.ts'
import type { Fields } from './request.ts'
import { decodeHexText } from './text.ts'

/** The device restarts; some firmware gives no answer, or drops the connection. */
export const REBOOT_FORM: Fields = [['goformId', 'REBOOT_DEVICE']]

/** Path that makes a stick with a web page (MF823, MF831) come back with AT ports; its answer may not arrive. */
export const MODE_SWITCH_PATH = '/goform/goform_process?goformId=MODE_SWITCH&switchCmd=FACTORY'

/** Mobile data on or off; it takes up to 30 s until it is so. */
export function dataForm(connected: boolean): Fields {
  return [
    ['goformId', connected ? 'CONNECT_NETWORK' : 'DISCONNECT_NETWORK'],
    ['notCallback', 'true'],
  ]
}

/** Item that tells whether data flows, and on the way there and back. */
export const DATA_ITEM = 'ppp_status'

/** Whether no data flows and none is about to: `ppp_disconnecting` is not off yet. */
export function isDataOff(values: Values): boolean {
  return /^(?:(?:ppp_)?disconnected|ppp_ready|)$/.test(textAt(values, DATA_ITEM))
}

/** PIN of the SIM; the handler blocks for up to 21 s. */
export function pinForm(pin: string): Fields {
  return [
    ['goformId', 'ENTER_PIN'],
    ['PinNumber', pin],
  ]
}

/** PUK and the PIN that is to be from now on. */
export function pukForm(puk: string, newPin: string): Fields {
  return [
    ['goformId', 'ENTER_PUK'],
    ['PUKNumber', puk],
    ['PinNumber', newPin],
  ]
}

/** Tries left for PIN and PUK. */
export const TRIES_ITEMS = ['pinnumber', 'puknumber'] as const

/** Reads `{"pinnumber":"3","puknumber":"10"}`; `null` where the device does not count. */
export function readTries(values: Values): { readonly pin: number | null; readonly puk: number | null } {
  return { pin: numberAt(values, 'pinnumber'), puk: numberAt(values, 'puknumber') }
}

/** Begins a search for networks, of one to three minutes. */
export const SCAN_FORM: Fields = [['goformId', 'SCAN_NETWORK']]

/** Items that tell how a search or a choice of a network stands. */
export const SCAN_ITEMS = ['m_netselect_status', 'm_netselect_contents', 'm_netselect_result'] as const

/** Registers with this network, or says so in `m_netselect_result` that it cannot. */
export function operatorForm(code: string, rat: number): Fields {
  return [
    ['goformId', 'SET_NETWORK'],
    ['NetworkNumber', code],
    ['Rat', String(rat)],
    ['nSubrat', ''],
  ]
}

/** Reads `m_netselect_status`: whether the search goes on. */
export function isScanning(values: Values): boolean {
  return textAt(values, 'm_netselect_status') === 'manual_selecting'
}

/** Reads `m_netselect_result`; `null` while it is not decided. */
export function readSelection(values: Values): boolean | null {
  const result = textAt(values, 'm_netselect_result')
  if (result === 'manual_success') return true
  return result === 'manual_fail' ? false : null
}

const STATUS = ['unknown', 'available', 'current', 'forbidden'] as const

const TECHNOLOGIES: ReadonlyMap<number, AccessTechnology> = new Map([
  [0, 'gsm'],
  [2, 'umts'],
  [7, 'lte'],
  [11, 'nr_sa'],
  [12, 'nr_sa'],
])

/** `<rat>` for a technology, as networks are chosen by; LTE where it is not known. */
export function ratOf(technology: AccessTechnology | null): number {
  if (technology === null || technology.startsWith('lte')) return 7
  if (technology.startsWith('nr')) return 11
  return technology === 'gsm' || technology === 'gprs' || technology === 'edge' ? 0 : 2
}

/** Reads `m_netselect_contents`: `2,"SimNet",21901,7;1,"Other",21910,2`. What cannot be read is left out. */
export function readOperators(values: Values): readonly FoundOperator[] {
  const entries = textAt(values, 'm_netselect_contents').match(/\d,"[^"]*",\d{5,6}(?:,\d+)*/g) ?? []
  return entries.map((entry) => {
    const [, state = '', name = '', code = '', rat = ''] = /^(\d),"([^"]*)",(\d+)(?:,(\d+))?/.exec(entry) ?? []
    return {
      name: name === '' ? null : decodeHexText(name),
      code,
      status: STATUS[Number(state)] ?? 'unknown',
      accessTechnology: rat === '' ? null : (TECHNOLOGIES.get(Number(rat)) ?? null),
    }
  })
}
