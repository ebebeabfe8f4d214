import type { RouterInsides } from './goform-insides.ts'
import { CENTRE_SET } from './goform-outbox.ts'
import type { GoformReply } from './goform-request.ts'
import { resultReply } from './goform-request.ts'
import type { RouterStoreName } from './goform-store.ts'

/** What a write comes to. */
export interface WriteOutcome {
  /** `null` ends the connection without an answer. */
  readonly reply: GoformReply | null
  /** The handler blocks for so long. */
  readonly delayMs?: number
  readonly afterwards?: () => void
}

/** One `goformId`. */
type Write = (fields: URLSearchParams, router: RouterInsides) => WriteOutcome

const SUCCESS: WriteOutcome = { reply: resultReply('success') }
const FAILURE: WriteOutcome = { reply: resultReply('failure') }
const EMPTY: GoformReply = { status: 200, headers: {}, body: '' }

const outcomeOf = (isDone: boolean): WriteOutcome => (isDone ? SUCCESS : FAILURE)

/** `12;13;` */
const idsOf = (fields: URLSearchParams): readonly number[] =>
  (fields.get('msg_id') ?? '')
    .split(';')
    .filter((id) => /^\d+$/.test(id))
    .map(Number)

function setConnectionMode(fields: URLSearchParams, { radio }: RouterInsides): WriteOutcome {
  const mode = fields.get('ConnectionMode') ?? ''
  if (!['auto_dial', 'manual_dial', 'demand_dial'].includes(mode)) return FAILURE
  radio.dialMode = mode
  radio.allowsRoaming = fields.get('roam_setting_option') === 'on'
  return SUCCESS
}

/** PIN or PUK: the answer waits for the card, and a card that is content goes into the network. */
function unlock(isAskedFor: 'SIM PIN' | 'SIM PUK', secret: string, newPin: string | undefined): Write {
  return (fields, { sim, radio, latency }) => {
    if (sim.isAbsent || sim.demand !== isAskedFor || sim.pukTries === 0) return FAILURE
    const isOpen = sim.enter(fields.get(secret) ?? '', newPin === undefined ? undefined : (fields.get(newPin) ?? ''))
    return { ...outcomeOf(isOpen), delayMs: latency.pinMs, ...(isOpen ? { afterwards: () => radio.search() } : {}) }
  }
}

function setMessageRead(fields: URLSearchParams, { store }: RouterInsides): WriteOutcome {
  for (const id of idsOf(fields)) {
    const row = store.find(id)
    if (row && row.tag <= 1) row.tag = fields.get('tag') === '1' ? 1 : 0
  }
  return SUCCESS
}

function deleteMessages(fields: URLSearchParams, { outbox }: RouterInsides): WriteOutcome {
  const ids = idsOf(fields)
  if (ids.length > 0) outbox.remove(ids)
  return outcomeOf(ids.length > 0)
}

function deleteInbox(fields: URLSearchParams, { outbox, store }: RouterInsides): WriteOutcome {
  if (fields.get('which_cgi') !== 'native_inbox') return FAILURE
  outbox.remove(store.rows('nv').map(({ id }) => id))
  return SUCCESS
}

/** `save_time` as TP-VP (3GPP TS 23.040 section 9.2.3.12.1). */
const VALIDITIES: Readonly<Record<string, number>> = { twelve_hours: 143, one_day: 167, one_week: 173, largest: 255 }
const PLACES: Readonly<Record<string, RouterStoreName>> = { native: 'nv', sim: 'sim' }

function setMessageCentre(fields: URLSearchParams, { outbox, inbox, latency }: RouterInsides): WriteOutcome {
  const validity = VALIDITIES[fields.get('save_time') ?? '']
  const place = PLACES[fields.get('save_location') ?? '']
  if (validity === undefined || place === undefined) return FAILURE
  outbox.finishLater(CENTRE_SET, latency.storeMs, () => {
    outbox.centre = fields.get('MessageCenter') ?? ''
    outbox.validity = validity
    outbox.wantsReports = fields.get('status_save') === '1'
    inbox.place = place
    return true
  })
  return SUCCESS
}

function runUssd(fields: URLSearchParams, { ussd }: RouterInsides): WriteOutcome {
  const text = fields.get('USSD_send_number') ?? fields.get('USSD_reply_number') ?? ''
  return outcomeOf(ussd.run(fields.get('USSD_operator') ?? '', text))
}

function rebootDevice(_: URLSearchParams, { profile, reboot }: RouterInsides): WriteOutcome {
  const replies = { success: SUCCESS.reply, none: null, 'empty-body': EMPTY }
  return { reply: replies[profile.rebootAnswer], afterwards: reboot }
}

/** Settings that are read back as they were written; nothing is taken when one is missing. */
function keep(itemOf: Readonly<Record<string, string>>): Write {
  return (fields, { settings }) => {
    const isWhole = Object.keys(itemOf).every((field) => fields.has(field))
    if (isWhole) for (const [field, item] of Object.entries(itemOf)) settings.set(item, fields.get(field) ?? '')
    return outcomeOf(isWhole)
  }
}

const LIMITS = [
  'data_volume_limit_switch',
  'data_volume_limit_unit',
  'data_volume_limit_size',
  'data_volume_alert_percent',
  'wan_auto_clear_flow_data_switch',
  'traffic_clear_date',
]

/** `goform_set_cmd_process`, but for the login. */
const WRITES: Readonly<Record<string, Write>> = {
  CONNECT_NETWORK: (_, { radio }) => outcomeOf(radio.connect()),
  DISCONNECT_NETWORK: (_, { radio }) => {
    radio.disconnect()
    return SUCCESS
  },
  SET_CONNECTION_MODE: setConnectionMode,
  SET_BEARER_PREFERENCE: (fields, { radio }) => outcomeOf(radio.selectBearer(fields.get('BearerPreference') ?? '')),
  BAND_SELECT: keep({ lte_band_mask: 'lte_band_lock' }),
  SCAN_NETWORK: (_, { radio }) => outcomeOf(radio.scan()),
  SET_NETWORK: (fields, { radio }) => outcomeOf(radio.selectOperator(fields.get('NetworkNumber') ?? '')),
  ENTER_PIN: unlock('SIM PIN', 'PinNumber', undefined),
  ENTER_PUK: unlock('SIM PUK', 'PUKNumber', 'PinNumber'),
  SEND_SMS: (fields, { outbox }) => outcomeOf(outbox.send(fields)),
  DELETE_SMS: deleteMessages,
  ALL_DELETE_SMS: deleteInbox,
  SET_MSG_READ: setMessageRead,
  SET_MESSAGE_CENTER: setMessageCentre,
  USSD_PROCESS: runUssd,
  REBOOT_DEVICE: rebootDevice,
  USB_MODE_SWITCH: (_, { leave }) => ({ ...SUCCESS, afterwards: leave }),
  DATA_LIMIT_SETTING: keep(Object.fromEntries(LIMITS.map((name) => [name, name]))),
  SET_WEB_LANGUAGE: keep({ Language: 'Language' }),
  LOGOUT: (_, { login }) => {
    login.logOut()
    return SUCCESS
  },
  web_http_enstr_set: (fields, { cipher }) =>
    outcomeOf(cipher.isOffered && cipher.register(fields.get('web_enstr') ?? '')),
}

/** Carries out a write that is allowed; unknown ones fail. */
export function write(id: string, fields: URLSearchParams, router: RouterInsides): WriteOutcome {
  return Object.hasOwn(WRITES, id) ? (WRITES[id]?.(fields, router) ?? FAILURE) : FAILURE
}

/** The stick leaves network mode and comes back as something with serial ports, elsewhere (`goform_process`). */
export function switchMode(fields: URLSearchParams, { leave }: RouterInsides): WriteOutcome {
  const isMeant = fields.get('goformId') === 'MODE_SWITCH' && fields.get('switchCmd') === 'FACTORY'
  return isMeant ? { ...SUCCESS, afterwards: leave } : FAILURE
}
