import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MODE_SWITCH_PATHS } from '../../src/devices/usb-remedies.ts'
import { formatCookies, takeCookies } from '../../src/goform/cookies.ts'
import { isSealed, sealField, unsealField } from '../../src/goform/field-encryption.ts'
import type { LoginUser, PasswordTransform, TokenKind } from '../../src/goform/login.ts'
import {
  LOCK_ITEMS,
  LOGOUT_FORM,
  loginForm,
  readLoginLock,
  readLoginResult,
  TOKEN_ITEMS,
  transformPassword,
  transformsFor,
  writeToken,
} from '../../src/goform/login.ts'
import { parseMessageList, parseMessageRow } from '../../src/goform/message.ts'
import { formatMessageDate, formatSendTime, parseMessageDate } from '../../src/goform/message-date.ts'
import { networkModeForm, readNetworkMode } from '../../src/goform/network-mode.ts'
import type { Values } from '../../src/goform/reply.ts'
import { hasSession, isRefused, numberAt, readWriteOutcome, textAt } from '../../src/goform/reply.ts'
import { parseReportRow } from '../../src/goform/report.ts'
import type { Fields } from '../../src/goform/request.ts'
import { formatFields, readItems, readTable, write } from '../../src/goform/request.ts'
import { deleteForm, markReadForm, prepareSubmission, sendForm } from '../../src/goform/sms-form.ts'
import { nextValidity, readSettings, SETTINGS_TABLE, settingsForm } from '../../src/goform/sms-settings.ts'
import {
  CAPACITY_TABLE,
  CLEAR_NOTICES,
  MESSAGE_TABLE,
  messagePage,
  NOTICE_ITEMS,
  OUTCOME_TABLE,
  outcomeOf,
  REPORT_TABLE,
  readCapacity,
  readNotices,
  readOutcome,
  reportPage,
} from '../../src/goform/sms-store.ts'
import type { StateDialect } from '../../src/goform/state.ts'
import { readAccessTechnology, readGroups } from '../../src/goform/state.ts'
import { decodeHexText, decodeNumber, encodeHexText } from '../../src/goform/text.ts'
import { readUssdAnswer, readUssdProgress, ussdCancelForm, ussdReplyForm, ussdSendForm } from '../../src/goform/ussd.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { OutboundSms } from '../../src/modem/messages.ts'
import type { Exchange, HashVector } from './vectors.ts'
import { FILE, replyOf, siteOf } from './vectors.ts'

const SECTIONS: Readonly<Record<string, number>> = {
  profiles: 8,
  hash_vectors: 16,
  text_vectors: 25,
  date_vectors: 14,
  exchanges: 99,
  sequences: 10,
}

test('the vectors have the sections and counts that are looked at here', () => {
  const rest = ['$about', '$fields', 'constants', 'crypto_vectors']
  assert.deepEqual(Object.keys(FILE).sort(), [...rest, ...Object.keys(SECTIONS)].sort())
  for (const [section, count] of Object.entries(SECTIONS)) {
    assert.equal(Object.keys(FILE[section as keyof typeof FILE]).length, count, section)
  }
  assert.equal(FILE.crypto_vectors.fields.length, 4)
})

describe('digests', () => {
  const OPS: Readonly<Record<string, (vector: HashVector) => string | null>> = {
    'base64(password)': ({ password = '' }) => transformPassword('base64', password, ''),
    'base64(utf8(password))': ({ password = '' }) => transformPassword('base64', password, ''),
    'SHA256_HEX_UPPER(base64(password))': ({ password = '' }) => transformPassword('sha256_base64', password, ''),
    'SHA256_HEX_UPPER(SHA256_HEX_UPPER(password)+LD)': ({ password = '', LD = '' }) =>
      transformPassword('sha256_challenge', password, LD),
    'SHA256_HEX_UPPER(SHA256_HEX_UPPER(password)+zte_web_sault)': ({ password = '', zte_web_sault = '' }) =>
      transformPassword('sha256_challenge', password, zte_web_sault),
    'MD5_HEX(MD5_HEX(wa_inner_version+cr_version)+RD)': (vector) => writeToken('md5', { ...vector }),
    'SHA256_HEX(SHA256_HEX(wa_inner_version+cr_version)+RD)': (vector) => writeToken('sha256', { ...vector }),
  }
  for (const vector of FILE.hash_vectors) {
    test(vector.id, () => {
      const compute = OPS[vector.op]
      if (vector.op.startsWith('NEGATIVE')) {
        assert.notEqual(transformPassword('sha256_challenge', vector.password!, vector.LD!), vector.result)
      } else if (vector.op === 'SHA256_HEX_UPPER(password)') {
        // The inner digest alone is never sent.
        const whole = FILE.hash_vectors.find(({ inner }) => inner === vector.result)!
        assert.equal(transformPassword('sha256_challenge', vector.password!, whole.LD!), whole.result)
      } else {
        assert.ok(compute, vector.op)
        assert.equal(compute(vector), vector.result)
        const { wa_inner_version, cr_version, wrong_if_order_swapped } = vector
        if (wrong_if_order_swapped === undefined) return
        const swapped = { ...vector, wa_inner_version: cr_version, cr_version: wa_inner_version }
        assert.equal(compute(swapped as HashVector), wrong_if_order_swapped)
      }
    })
  }
})

const TO: OutboundSms = {
  to: '+385911234567',
  text: '',
  flash: false,
  deliveryReport: false,
  validityMinutes: null,
  encoding: 'auto',
}

describe('texts', () => {
  for (const { id, text, hex, encode_type, segments } of FILE.text_vectors) {
    test(id, () => {
      assert.equal(encodeHexText(text), hex)
      assert.equal(decodeHexText(hex), text)
      assert.equal(decodeHexText(hex.toLowerCase()), text)
      const submission = prepareSubmission({ ...TO, text })
      assert.equal(submission.segments, segments)
      const form = new Map(sendForm(submission.wire, ''))
      assert.deepEqual([form.get('MessageBody'), form.get('encode_type')], [hex, encode_type])
    })
  }
})

describe('dates', () => {
  for (const { id, raw, context, local, offset_minutes, iso8601 } of FILE.date_vectors) {
    test(id, () => {
      const date = parseMessageDate(raw, context === 'sent' ? 'unknown' : 'quarters')
      assert.deepEqual(date, local === null ? null : { local, offsetMinutes: offset_minutes })
      assert.equal(date === null ? null : formatMessageDate(date), iso8601 ?? null)
    })
  }
})

describe('encrypted fields', () => {
  const key = Buffer.from(FILE.crypto_vectors.session_key_hex, 'hex')
  for (const { what, plaintext, iv_hex, wire, text } of FILE.crypto_vectors.fields) {
    test(what, () => {
      assert.ok(isSealed(wire))
      assert.equal(unsealField(wire, key), plaintext)
      assert.equal(sealField(plaintext, key, Buffer.from(iv_hex, 'hex')), wire)
      assert.equal(what.includes('umber') ? decodeNumber(plaintext) : decodeHexText(plaintext), text)
    })
  }
})

/** Requests that the product has no use for. */
const NOT_ASKED: Readonly<Record<string, string>> = {
  's21-send-gsm-multi': 'one request per recipient, as the web page does',
  's33-delete-all': 'only named messages are deleted',
  'c01-connect': 'data/set is not carried out yet',
  'c02-disconnect': 'data/set is not carried out yet',
  'c05-scan': 'operator/scan is not carried out yet',
  'c08-set-network': 'operator/set is not carried out yet',
  'c09-connmode': 'settings of the user are left alone',
  'c11-pin': 'sim/unlock is not carried out yet',
  'c12-pin-bad': 'sim/unlock is not carried out yet',
  'c13-reboot-success': 'a form of one field, which the driver writes',
  'c14-reboot-silent': 'a form of one field, which the driver writes',
  'c17-limit': 'settings of the user are left alone',
  'c18-band': 'settings of the user are left alone',
}

const PASSWORDS = (profile: string): string => String(FILE.profiles[profile]!.password)
const login = (transform: PasswordTransform, user: LoginUser | null = null) => {
  return ({ profile }: Exchange) => loginForm(transform, PASSWORDS(profile), LD, user)
}
const LD = '0123456789ABCDEF'.repeat(4)
const wrongLogin = () => loginForm('sha256_challenge', 'wrong', LD, null)
const send = (text: string) => () =>
  sendForm(prepareSubmission({ ...TO, text }).wire, formatSendTime(Date.parse('2024-07-08T07:06:00Z'), 120))

/** Forms that our own functions have to come to, without the token. */
const FORMS: Readonly<Record<string, (exchange: Exchange) => Fields>> = {
  'x12-login-b64-ip': login('base64'),
  'x13-login-b64-cookie': login('base64'),
  'x14-login-sha-b64': login('sha256_base64'),
  'x15-login-ld': login('sha256_challenge'),
  'x16-login-multiuser': login('sha256_challenge', { field: 'user', name: 'admin' }),
  'x17-login-bad': wrongLogin,
  'x20-login-while-locked': login('sha256_challenge'),
  'x21-login-already': login('base64'),
  'x26-bad-ad': () => markReadForm([7]),
  'x27-logout': () => LOGOUT_FORM,
  's20-send-unicode': send('Čekamo te 👍'),
  's26-delete': () => deleteForm([9, 8]),
  's28-mark-read': () => markReadForm([7]),
  's31-set-params': () =>
    settingsForm({
      smsc: '+385910401',
      isReportRequested: true,
      validityPeriod: nextValidity(7 * 24 * 60),
      place: 'native',
    }) ?? [],
  'u01-send': () => ussdSendForm('*100#'),
  'u05-reply': () => ussdReplyForm('1'),
  'u07-cancel-get': () => ussdCancelForm(),
  'c03-mode': () => networkModeForm('lte', 'lte')!,
}

/** Tables that our own functions have to ask for like this. */
const TABLES: Readonly<Record<string, Fields>> = {
  's02-list': messagePage('device', 0),
  's05-list-empty': messagePage('device', 0),
  's09-list-sim': messagePage('sim', 0),
  's22-status-busy': outcomeOf('send'),
  's25-ready': outcomeOf('start'),
  's27-delete-status': outcomeOf('delete'),
  's32-reports': reportPage(0),
}

/** How an address is asked for when the recorded request left parameters out that we always send. */
function like(target: string, ours: string): string {
  const timeless = target.includes('_=') ? ours : ours.replace(/&_=\d+$/, '')
  return target.includes('isTest=') ? timeless : timeless.replace('isTest=false&', '')
}

function readRequest({ request }: Exchange, site: ReturnType<typeof siteOf>) {
  const params = request.params ?? []
  const parameter = (name: string) => params.find(([key]) => key === name)?.[1]
  const at = Number(parameter('_') ?? 0)
  const others = params.filter(([name]) => !['isTest', 'multi_data', 'cmd', '_'].includes(name))
  const wanted = parameter('cmd')!
  return parameter('multi_data') === '1'
    ? readItems(site, wanted.split(','), at, others)
    : [readTable(site, wanted, others, at)]
}

/** MD5 or SHA-256 by the profile, over what the device of the profile says. */
function tokenOf({ profile, request }: Exchange): string | null {
  const { ad, wa_inner_version, cr_version } = FILE.profiles[profile]!
  if (!request.form?.some(([name]) => name === 'AD')) return null
  const kind: TokenKind = ad === 'MD5' ? 'md5' : 'sha256'
  const RD = kind === 'md5' ? '00112233445566778899aabbccddeeff' : 'FFEEDDCCBBAA99887766554433221100'.repeat(2)
  return writeToken(kind, { wa_inner_version, cr_version, RD })
}

describe('requests', () => {
  const goform = FILE.exchanges.filter(({ profile, id }) => profile !== 'ubus' || id === 'w03-not-goform')
  test('all but the five of another interface are looked at', () => {
    assert.equal(goform.length, SECTIONS.exchanges! - 5)
    const ids = goform.map(({ id }) => id)
    assert.deepEqual(
      [...Object.keys(FORMS), ...Object.keys(TABLES), ...Object.keys(NOT_ASKED)].filter((id) => !ids.includes(id)),
      [],
    )
    const posts = goform.filter(({ request }) => request.method === 'POST').map(({ id }) => id)
    assert.deepEqual(
      posts.filter((id) => !(id in FORMS) && !(id in NOT_ASKED)),
      [],
    )
  })
  for (const exchange of goform) {
    const { id, request } = exchange
    test(id, () => {
      const site = siteOf(exchange)
      const { form, target } = request
      if (id === 'c15-mode-switch') return assert.ok(MODE_SWITCH_PATHS.includes(target as never))
      if (target.includes('goformId')) {
        assert.equal(target, `${target.split('?')[0]}?${formatFields(request.params!)}`)
        if (id in FORMS) assert.deepEqual(FORMS[id]!(exchange), request.params)
        return
      }
      if (id in TABLES) {
        const [, ...others] = request.params!.filter(([name]) => name !== 'isTest' && name !== '_')
        assert.deepEqual(TABLES[id], others)
      }
      const made =
        form === undefined
          ? readRequest(exchange, site)
          : [
              write(
                site,
                FORMS[id]?.(exchange) ?? form.filter(([name]) => !['isTest', 'AD'].includes(name)),
                tokenOf(exchange),
              ),
            ]
      assert.equal(made.length, 1)
      assert.equal(made[0]!.method, request.method)
      assert.equal(like(target, made[0]!.target), target)
      assert.equal(made[0]!.body, request.body ?? null)
      // A request that is wrong on purpose, or of another client, lacks headers; it never has others.
      for (const [name, value] of Object.entries(request.headers)) assert.equal(made[0]!.headers[name], value, name)
    })
  }
})

const DIALECT: StateDialect = { cellIdBase: 'hex', pciBase: 'hex', bearer: 'nr', hasBattery: null }

/** Truths about the state → where it shows. */
const STATE_TRUTHS: Readonly<Record<string, (values: Values) => unknown>> = {
  sim: (values) => groups(values).sim,
  bars: (values) => groups(values).signal?.bars,
  operator: (values) => groups(values).operator?.name,
  data_connected: (values) => groups(values).data?.connected,
  roaming: (values) => groups(values).registration?.state === 'roaming',
  rsrp_dbm: (values) => groups(values).signal?.rsrpDbm,
  rsrq_db: (values) => groups(values).signal?.rsrqDb,
  sinr_db: (values) => groups(values).signal?.sinrDb,
  rssi_dbm: (values) => groups(values).signal?.rssiDbm,
  rscp_dbm: (values) => groups(values).signal?.rscpDbm,
  ecio_db: (values) => groups(values).signal?.ecioDb,
  pci: (values) => groups(values).cell?.pci,
  eci: (values) => cellNumber(values),
  enb: (values) => cellNumber(values) >> 8,
  sector: (values) => cellNumber(values) & 255,
  plmn: (values) => groups(values).operator?.code,
  down_bit_s: (values) => groups(values).data?.rxRateBps,
  up_bit_s: (values) => groups(values).data?.txRateBps,
  session_seconds: (values) => groups(values).data?.sessionSeconds,
  session_rx_bytes: (values) => groups(values).data?.rxBytes,
  month_bytes: (values) => groups(values).data!.monthRxBytes! + groups(values).data!.monthTxBytes!,
  ipv6: (values) => groups(values).data?.ipv6,
  charging: (values) => groups(values).battery?.charging,
  percent: (values) => groups(values).battery?.percent,
  radio: (values) => readAccessTechnology(values)?.toUpperCase(),
  technology: (values) => GENERATIONS[String(readAccessTechnology(values))],
  // The contract has one set of levels, so those of 5G show when no LTE cell is there beside it.
  nr_rsrp_dbm: (values) => groups(standalone(values)).signal?.rsrpDbm,
  nr_sinr_db: (values) => groups(standalone(values)).signal?.sinrDb,
  nr_band: (values) => groups(standalone(values)).cell?.band,
  nr_pci: (values) => groups(standalone(values)).cell?.pci,
}

/** Truths that the contract has no place for, or that belong to what is not carried out yet. */
const NO_PLACE = ['limit_bytes', 'scells', 'modem_temp_c', 'wifi_temp_c', 'pin_attempts', 'puk_attempts']

const GENERATIONS: Readonly<Record<string, string>> = {
  null: 'none',
  hspa_plus: '3G',
  lte: 'LTE',
  nr_nsa: '5G NSA',
}

const standalone = (values: Values): Values => ({ ...values, network_type: 'SA' })

function groups(values: Values) {
  const all = ['signal', 'registration', 'operator', 'sim', 'cell', 'data', 'battery', 'networkMode'] as const
  return readGroups(all, values, DIALECT)
}

function cellNumber(values: Values): number {
  return Number.parseInt(groups(values).cell!.cellId!, 16)
}

const OPERATIONS: Readonly<Record<string, ['start' | 'send' | 'delete', string]>> = {
  'init success': ['start', 'done'],
  'send in_progress': ['send', 'in_progress'],
  'send success': ['send', 'done'],
  'send failed': ['send', 'failed'],
  'delete success': ['delete', 'done'],
}

const USSD_STATES: Readonly<Record<string, string>> = {
  processing: 'processing',
  result_ready: 'answered',
  cancelled: 'cancelled',
  no_service: 'no_service',
  network_terminated: 'terminated',
  timeout: 'timeout',
  retry: 'busy',
  operation_not_supported: 'operation_not_supported',
  unsupported: 'not_supported',
}

const STATES: Readonly<Record<string, string>> = {
  received_read: 'received read',
  received_unread: 'received unread',
  sent: 'sent read',
  send_failed: 'failed read',
  draft: 'draft read',
}

function values(exchange: Exchange): Values {
  const reply = replyOf(exchange)
  assert.equal(reply.kind, 'values')
  return reply.kind === 'values' ? reply.values : {}
}

const truthOf = (exchange: Exchange) => exchange.truth as Readonly<Record<string, unknown>>

function understandWrite(exchange: Exchange): void {
  const fields = exchange.request.form ?? exchange.request.params ?? []
  const goformId = fields.find(([name]) => name === 'goformId')![1]
  const truth = truthOf(exchange)
  if (goformId.startsWith('LOGIN')) {
    assert.equal(readLoginResult(replyOf(exchange)), truth.login)
    const cookie = truth.cookie as { name: string; value: string } | undefined
    const header = exchange.response.headers?.['Set-Cookie']
    const cookies = takeCookies(new Map(), header === undefined ? [] : [header])
    if (cookie !== undefined) {
      assert.equal(formatCookies(cookies, false), `${cookie.name}=${cookie.value}`)
      assert.equal(formatCookies(cookies, true), `${cookie.name}="${cookie.value}"`)
    }
    return
  }
  const isRefusal = truth.error !== undefined || truth.pin_accepted === false
  const reply = exchange.response.connection === undefined ? replyOf(exchange) : ({ kind: 'empty' } as const)
  assert.equal(readWriteOutcome(goformId, reply), isRefusal ? 'refused' : 'accepted')
}

function understandMessages(exchange: Exchange): void {
  const rows = parseMessageList(values(exchange))
  const truths = Array.isArray(exchange.truth) ? (exchange.truth as readonly Readonly<Record<string, unknown>>[]) : null
  assert.equal(rows?.length, truths?.length)
  if (truths === null) return
  for (const [index, truth] of truths.entries()) compareMessage(rows![index]!, truth)
}

function compareMessage(row: Values, truth: Readonly<Record<string, unknown>>): void {
  const message = parseMessageRow(row)
  assert.equal(String(message.id), truth.id)
  assert.equal(message.number, truth.number)
  assert.equal(message.text, truth.text)
  assert.equal(`${message.kind} ${message.isUnread ? 'unread' : 'read'}`, STATES[String(truth.state)])
  if ('date_local' in truth) assert.equal(message.localTime, truth.date_local)
  assert.equal(message.sentAt, truth.iso8601)
  const missing = truth.complete === false ? Number(truth.parts_total) - Number(truth.parts_received) : 0
  assert.equal(message.missingParts, missing)
}

function understandState(exchange: Exchange): void {
  const keys = Object.keys(exchange.truth).filter((key) => !NO_PLACE.includes(key))
  assert.ok(keys.length > 0)
  for (const key of keys) {
    const compute = STATE_TRUTHS[key]
    // The bars of the battery say less than its percent.
    if (key === 'bars' && exchange.id === 'st6-battery') continue
    assert.ok(compute, key)
    assert.equal(compute(values(exchange)), truthOf(exchange)[key], key)
  }
}

/** What is concluded from one answer each; the others go by their kind. */
const SINGLE: Readonly<Record<string, (exchange: Exchange) => void>> = {
  'x02-open-single': (exchange) => assert.equal(textAt(values(exchange), 'imei'), truthOf(exchange).imei),
  'x03-unknown-cmd': (exchange) => {
    assert.equal(groups(values(exchange)).signal?.bars, 4)
    assert.equal(textAt(values(exchange), 'no_such_item'), '')
  },
  'x04-no-referer': (exchange) => assert.ok(isRefused(values(exchange))),
  'x05-locked-reads': (exchange) => {
    assert.equal(hasSession(values(exchange)), false)
    assert.equal(groups(values(exchange)).signal?.bars, 5)
    assert.equal(groups(values(exchange)).signal?.rsrpDbm, null)
  },
  'x10-ld': (exchange) => assert.deepEqual(transformsFor(textAt(values(exchange), 'LD')), ['sha256_challenge']),
  'x11-ld-empty': (exchange) =>
    assert.deepEqual(transformsFor(textAt(values(exchange), 'LD')), ['base64', 'sha256_base64']),
  'x18-login-counters': (exchange) => assert.deepEqual(readLoginLock(values(exchange)), lockOf(exchange)),
  'x19-login-locked': (exchange) => assert.deepEqual(readLoginLock(values(exchange)), lockOf(exchange)),
  'x22-loginfo-multi-no': (exchange) => assert.equal(hasSession(values(exchange)), false),
  // Asked for alone the item lies, so it is only ever asked for in a list.
  'x23-loginfo-single-lies': (exchange) =>
    assert.match(readItems(siteOf(exchange), ['loginfo'], 0)[0]!.target, /multi_data=1/),
  'x24-versions-rd': (exchange) => assert.equal(writeToken('sha256', values(exchange)), truthOf(exchange).AD),
  'x25-rd': (exchange) => {
    const { wa_inner_version, cr_version } = FILE.profiles[exchange.profile]!
    const all = { ...values(exchange), wa_inner_version, cr_version }
    assert.equal(writeToken('md5', all), truthOf(exchange).AD)
  },
  's01-capacity': (exchange) => {
    for (const store of ['device', 'sim'] as const) {
      const { total, used } = truthOf(exchange)[store] as { total: number; used: number }
      assert.deepEqual(readCapacity(values(exchange), store), { storage: store, used, capacity: total })
    }
  },
  's29-flags': (exchange) => {
    const { new_sms, new_report, unread_device, unread_sim } = truthOf(exchange)
    assert.deepEqual(readNotices(values(exchange)), { hasMessage: new_sms, hasReport: new_report })
    const both = { ...values(exchange), sms_nv_total: '100', sms_sim_total: '50' }
    assert.equal(readCapacity(both, 'device')?.unread, unread_device)
    assert.equal(readCapacity(both, 'sim')?.unread, unread_sim)
  },
  's30-params': (exchange) =>
    assert.deepEqual(readSettings(values(exchange)), {
      smsc: '+385910401',
      isReportRequested: true,
      validityPeriod: 255,
      place: 'native',
    }),
  's32-reports': (exchange) => {
    const [truth] = exchange.truth as readonly Record<string, unknown>[]
    const report = parseReportRow(parseMessageList(values(exchange))![0]!)
    assert.deepEqual([report.to, report.dischargedAt], [truth!.number, `${truth!.date_local}+02:00`])
    assert.equal(report.outcome, 'pending', 'it does not say how the delivery ended')
  },
  'st7-stations': (exchange) => assert.ok(Array.isArray(values(exchange).station_list)),
  'c04-mode-read': (exchange) =>
    assert.deepEqual(readNetworkMode(values(exchange), 'lte'), { mode: 'lte', raw: truthOf(exchange).net_select }),
  'c06-scan-busy': (exchange) => assert.equal(textAt(values(exchange), 'm_netselect_status'), 'manual_selecting'),
  'c07-scan-result': (exchange) =>
    assert.match(textAt(values(exchange), 'm_netselect_contents'), /^2,"SimNet",21901,7;/),
  'c10-connmode-read': (exchange) => assert.equal(textAt(values(exchange), 'connectionMode'), 'auto_dial'),
  'w01-http10-close': (exchange) => assert.equal(textAt(values(exchange), 'LD'), ''),
  'w02-login-page': (exchange) => assert.equal(replyOf(exchange).kind, 'page'),
  'w03-not-goform': (exchange) => assert.throws(() => replyOf(exchange), { code: 'not_supported' }),
  'w04-needs-https': (exchange) => assert.equal(replyOf(exchange).kind, 'wants_https'),
  'b04-batch': (exchange) => {
    const [capacity, radio] = innerOf(exchange)
    const read = readGroups(['signal', 'cell'], radio!, { ...DIALECT, cellIdBase: 'decimal', pciBase: 'decimal' })
    const { bars, rsrp_dbm, sinr_db, pci, eci, sms_used } = truthOf(exchange)
    assert.deepEqual([read.signal?.bars, read.signal?.rsrpDbm, read.signal?.sinrDb], [bars, rsrp_dbm, sinr_db])
    assert.deepEqual([read.cell?.pci, Number.parseInt(read.cell!.cellId!, 16)], [pci, eci])
    assert.equal(readCapacity(capacity!, 'device')?.used, sms_used)
    const nrOnly = { ...standalone(radio!), cell_id: '' }
    assert.equal(readGroups(['cell'], nrOnly, DIALECT).cell?.cellId, truthOf(exchange).nr_cell)
  },
  'b05-sms-list': (exchange) => {
    const [list] = innerOf(exchange)
    const truths = exchange.truth as readonly Readonly<Record<string, unknown>>[]
    for (const [index, row] of parseMessageList(list!)!.entries()) compareMessage(row, truths[index]!)
  },
}

function lockOf(exchange: Exchange) {
  const { attempts_left, locked_seconds } = truthOf(exchange)
  return { attemptsLeft: attempts_left, lockedSeconds: locked_seconds, isTimed: true }
}

/** The objects of an answer of the other interface, whose values mean the same. */
function innerOf({ response }: Exchange): readonly Values[] {
  return JSON.parse(response.body!).map(({ result }: { result: [number, Values] }) => result[1])
}

function understand(exchange: Exchange): void {
  const { id, request, profile } = exchange
  const single = SINGLE[id]
  const cmd = request.params?.find(([name]) => name === 'cmd')?.[1] ?? ''
  if (profile === 'ubus' && id !== 'w03-not-goform') {
    assert.throws(
      () => replyOf(exchange),
      (error) => error instanceof ModemError && error.code === 'protocol',
    )
  }
  if (single !== undefined) single(exchange)
  else if (profile === 'ubus') assert.ok(['b01-login-info', 'b02-login', 'b03-denied'].includes(id))
  else if (request.method === 'POST' || cmd === '') understandWrite(exchange)
  else if (cmd === 'sms_data_total') understandMessages(exchange)
  else if (cmd === 'sms_cmd_status_info') understandOutcome(exchange)
  else if (cmd === 'ussd_write_flag') {
    assert.equal(readUssdProgress(values(exchange)), USSD_STATES[String(truthOf(exchange).state)])
  } else if (cmd === 'ussd_data_info') {
    const { text, expects_reply } = truthOf(exchange)
    const dcs = numberAt(values(exchange), 'ussd_dcs')
    assert.deepEqual(readUssdAnswer(values(exchange)), { text, expectsReply: expects_reply, dcs })
  } else understandState(exchange)
}

function understandOutcome(exchange: Exchange): void {
  const { op, state } = truthOf(exchange)
  const [operation, outcome] = OPERATIONS[`${op} ${state}`]!
  assert.equal(readOutcome(values(exchange), operation), outcome)
}

describe('answers', () => {
  test('every handler here has its exchange', () => {
    const ids = FILE.exchanges.map(({ id }) => id)
    assert.deepEqual(
      Object.keys(SINGLE).filter((id) => !ids.includes(id)),
      [],
    )
  })
  for (const exchange of FILE.exchanges) test(exchange.id, () => understand(exchange))
})

test('tables, hints and the material of a token are asked for by the names in the exchanges', () => {
  const exchange = (id: string) => FILE.exchanges.find((each) => each.id === id)!
  const made = (id: string, items: readonly string[], switches: Fields = []) =>
    assert.equal(
      like(exchange(id).request.target, readItems(siteOf(exchange(id)), items, 0, switches)[0]!.target),
      exchange(id).request.target,
    )
  made('s29-flags', NOTICE_ITEMS, CLEAR_NOTICES)
  made('x24-versions-rd', TOKEN_ITEMS)
  made('x19-login-locked', LOCK_ITEMS)
  const tables = new Set(FILE.exchanges.flatMap(({ request }) => request.params ?? []).map(([, value]) => value))
  for (const table of [MESSAGE_TABLE, REPORT_TABLE, CAPACITY_TABLE, OUTCOME_TABLE, SETTINGS_TABLE]) {
    assert.ok(tables.has(table), table)
  }
})

test('every step of every conversation is one of the exchanges', () => {
  const ids = new Set(FILE.exchanges.map(({ id }) => id))
  for (const steps of Object.values(FILE.sequences)) for (const step of steps) assert.ok(ids.has(step), step)
})
