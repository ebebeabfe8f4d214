import type { Asking, RouterInsides } from './goform-insides.ts'
import type { MessageRow, RouterStoreName } from './goform-store.ts'
import { hex, utf16be } from './network-side-text.ts'

/** A table command: its answer has names of its own. */
type TableReader = (asking: Asking, router: RouterInsides) => Readonly<Record<string, unknown>>

const ALL_TAGS = '10'
const ROWS_PER_PAGE = 10

const hexText = (text: string): string => hex(utf16be(text))

function capacity(_: Asking, { store, profile, faults }: RouterInsides): Readonly<Record<string, string>> {
  const counts = (name: RouterStoreName): Record<string, string> => ({
    [`sms_${name}_rev_total`]: String(store.count(name, [0, 1])),
    [`sms_${name}_send_total`]: String(store.count(name, [2, 3])),
    [`sms_${name}_draftbox_total`]: String(store.count(name, [4])),
  })
  return {
    sms_nv_total: String(profile.stores.nv),
    sms_sim_total: String(profile.stores.sim),
    // Not kept up to date by the firmware; the web page does not look at it either.
    sms_nvused_total: '0',
    ...counts('nv'),
    sms_nv_rev_total: String(store.count('nv', [0, 1]) + faults.ghosts),
    ...counts('sim'),
  }
}

function list({ request: { fields } }: Asking, router: RouterInsides): Readonly<Record<string, unknown>> {
  const { store, profile, faults } = router
  const tags = fields.get('tags') ?? ALL_TAGS
  const rising = store
    .rows(fields.get('mem_store') === '0' ? 'sim' : 'nv')
    .filter(({ tag }) => tags === ALL_TAGS || String(tag) === tags)
  const isRising = !profile.ignoresOrder && /\basc\b/i.test(fields.get('order_by') ?? '')
  const rows = isRising ? rising : [...rising].reverse()
  const size = Number(fields.get('data_per_page') ?? ROWS_PER_PAGE)
  const page = faults.ignoresPage || profile.ignoresPage ? 0 : Number(fields.get('page') ?? 0)
  const shown = rows.slice(page * size, (page + 1) * size).map((row) => fieldsOf(row, router))
  return { messages: spoil(shown, router) }
}

/** What lists look like while the device is busy with its database. */
function spoil(rows: readonly Record<string, string>[], { faults }: RouterInsides): readonly Record<string, string>[] {
  if (faults.listsToShorten > 0) {
    faults.listsToShorten--
    return rows.slice(0, Math.floor(rows.length / 2))
  }
  const [newest, ...others] = rows
  if (faults.rowsToDouble === 0 || newest === undefined) return rows
  faults.rowsToDouble--
  const half = newest.content?.slice(0, 4 * Math.ceil(newest.content.length / 8)) ?? ''
  return [{ ...newest, content: half }, newest, ...others]
}

function fieldsOf(row: MessageRow, { profile, cipher, faults }: RouterInsides): Record<string, string> {
  const { parts } = row
  const hasLostKey = faults.lostKeys.has(row)
  const wrap = (text: string): string => (hasLostKey ? cipher.wrapForNobody(text) : cipher.wrap(text))
  const usual = {
    received_all_concat_sms: parts && parts.texts.size < parts.total ? '0' : '1',
    concat_sms_total: String(parts?.total ?? 0),
    concat_sms_received: String(parts?.texts.size ?? 0),
    sms_class: String(row.messageClass),
  }
  const many = { sms_mem: row.store, sms_submit_msg_ref: row.reference === null ? '' : String(row.reference) }
  return {
    id: String(row.id),
    number: numberOf(row.number, profile.numbers, cipher.isActive || hasLostKey, wrap),
    content: wrap(hexText(row.text)),
    tag: String(row.tag),
    date: row.date,
    draft_group_id: row.group,
    ...(profile.rowFields === 'few' ? {} : usual),
    ...(profile.rowFields === 'many' ? many : {}),
  }
}

function numberOf(
  number: string,
  form: 'plain' | 'hex' | 'hex-names',
  isWrapped: boolean,
  wrap: (text: string) => string,
): string {
  if (isWrapped) return wrap(hexText(number))
  const isName = /[^+\d*#]/.test(number)
  return form === 'hex' || (form === 'hex-names' && isName) ? hexText(number) : number
}

/** Nothing is in hex here. */
function reports({ request: { fields } }: Asking, { inbox }: RouterInsides): Readonly<Record<string, unknown>> {
  const size = Number(fields.get('data_per_page') ?? ROWS_PER_PAGE)
  const page = Number(fields.get('page') ?? 0)
  const rows = [...inbox.reports].reverse().slice(page * size, (page + 1) * size)
  const messages = rows.map(({ id, number, content, date }) => ({
    id: String(id),
    number,
    content,
    tag: '2',
    date,
    draft_group_id: '',
  }))
  return { messages }
}

function parameters(_: Asking, { outbox, inbox }: RouterInsides): Readonly<Record<string, string>> {
  return {
    sms_para_sca: outbox.centre,
    sms_para_mem_store: inbox.place === 'nv' ? 'native' : 'sim',
    sms_para_status_report: outbox.wantsReports ? '1' : '0',
    sms_para_validity_period: String(outbox.validity),
  }
}

function status({ request: { fields } }: Asking, { outbox, profile }: RouterInsides): Readonly<Record<string, string>> {
  const command = fields.get('sms_cmd') ?? ''
  const result = { sms_cmd_status_result: outbox.status(command) }
  return profile.statusNamesCommand ? { sms_cmd: command, ...result } : result
}

function connectionMode(_: Asking, { radio }: RouterInsides): Readonly<Record<string, string>> {
  return { connectionMode: radio.dialMode, autoConnectWhenRoaming: radio.allowsRoaming ? 'on' : 'off' }
}

function ussdData(_: Asking, { ussd, profile }: RouterInsides): Readonly<Record<string, string>> {
  return { ussd_action: ussd.data.action, ussd_dcs: String(profile.ussdDcs), ussd_data: hexText(ussd.data.text) }
}

const TABLES: Readonly<Record<string, TableReader>> = {
  sms_capacity_info: capacity,
  sms_data_total: list,
  sms_page_data: list,
  sms_status_rpt_data: reports,
  sms_parameter_info: parameters,
  sms_cmd_status_info: status,
  ConnectionMode: connectionMode,
  station_list: () => ({ station_list: [] }),
  lan_station_list: () => ({ lan_station_list: [] }),
  ussd_write_flag: (_, { ussd }) => ({ ussd_write_flag: ussd.flag }),
  ussd_data_info: ussdData,
}

/** Whether this name is a table: single it answers with names of its own, among others it stays empty. */
export function isTable(name: string): boolean {
  return Object.hasOwn(TABLES, name) || name === 'web_crt_get'
}

/** @returns `null` for a name that is no table, or none of this firmware's */
export function readTable(
  name: string,
  asking: Asking,
  router: RouterInsides,
): Readonly<Record<string, unknown>> | null {
  if (name === 'web_crt_get') return router.cipher.isOffered ? { result: router.cipher.publicKey } : null
  return Object.hasOwn(TABLES, name) ? (TABLES[name]?.(asking, router) ?? null) : null
}
