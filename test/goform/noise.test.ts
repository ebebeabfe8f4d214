import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { formatCookies, takeCookies } from '../../src/goform/cookies.ts'
import { parseDeviceKey, registerKeyForm, unsealField, unsealRow } from '../../src/goform/field-encryption.ts'
import { itemsOf } from '../../src/goform/fields.ts'
import { loginForm, readLoginLock, readLoginResult, writeToken } from '../../src/goform/login.ts'
import { joinRows, parseMessageList, toStoredSegment } from '../../src/goform/message.ts'
import { parseMessageDate } from '../../src/goform/message-date.ts'
import { readNetworkMode } from '../../src/goform/network-mode.ts'
import type { Values } from '../../src/goform/reply.ts'
import { hasSession, isRefused, parseReply, readWriteOutcome } from '../../src/goform/reply.ts'
import { toReportSegment } from '../../src/goform/report.ts'
import { GOFORM_PATHS, readItems, write } from '../../src/goform/request.ts'
import { prepareSubmission, sendForm } from '../../src/goform/sms-form.ts'
import { readSettings, settingsForm } from '../../src/goform/sms-settings.ts'
import { readCapacity, readNotices, readOutcome, readStores } from '../../src/goform/sms-store.ts'
import { readGroups } from '../../src/goform/state.ts'
import { decodeHexText, decodeNumber, encodeHexText } from '../../src/goform/text.ts'
import { readUssdAnswer, readUssdProgress } from '../../src/goform/ussd.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { Noise } from './noise.ts'
import { FILE } from './vectors.ts'

const ROUNDS = 2000
const KEY = new Uint8Array(32)
const SITE = { origin: 'http://192.168.0.1', paths: GOFORM_PATHS, cookie: null }
const GROUPS = ['signal', 'registration', 'operator', 'sim', 'cell', 'data', 'battery', 'networkMode'] as const
const DIALECT = { cellIdBase: 'auto', pciBase: 'auto', bearer: 'nr', hasBattery: null } as const
const ITEMS = [
  ...itemsOf(GROUPS, true),
  ...['result', 'messages', 'sms_data_total', 'loginfo', 'user_ip_addr', 'psw_fail_num_str', 'login_lock_time', 'RD'],
  ...['sms_nv_total', 'sms_nv_rev_total', 'sms_received_flag', 'sms_cmd', 'sms_cmd_status_result', 'sms_para_sca'],
  ...['ussd_write_flag', 'ussd_data', 'ussd_action', 'id', 'number', 'content', 'tag', 'date', 'sms_submit_msg_ref'],
  ...['received_all_concat_sms', 'concat_sms_total', 'concat_sms_received', '__proto__'],
]

const OF_VALUES: Readonly<Record<string, (values: Values) => unknown>> = {
  readGroups: (values) => readGroups(GROUPS, values, DIALECT),
  readNetworkMode: (values) => readNetworkMode(values, 'u50'),
  parseMessageList: (values) => parseMessageList(values),
  toStoredSegment: (row) => toStoredSegment(row, 'device', false),
  joinRows: (row) => joinRows([JSON.stringify(row), null]),
  toReportSegment: (row) => toReportSegment(row),
  unsealRow: (row) => unsealRow(row, KEY),
  hasSession: (values) => hasSession(values),
  isRefused: (values) => isRefused(values),
  readWriteOutcome: (values) => readWriteOutcome('X', { kind: 'values', values }),
  readLoginResult: (values) => readLoginResult({ kind: 'values', values }),
  readLoginLock: (values) => readLoginLock(values),
  writeToken: (values) => writeToken('sha256', values),
  readCapacity: (values) => readCapacity(values, 'device'),
  readStores: (values) => readStores(values),
  readNotices: (values) => readNotices(values),
  readOutcome: (values) => readOutcome(values, 'send'),
  settingsForm: (values) => settingsForm(readSettings(values)),
  readUssdProgress: (values) => readUssdProgress(values),
  readUssdAnswer: (values) => readUssdAnswer(values),
  registerKey: (values) => {
    const key = parseDeviceKey(values)
    return key === null ? null : registerKeyForm(key, KEY)
  },
}

const OF_TEXT: Readonly<Record<string, (text: string) => unknown>> = {
  parseReply: (text) => parseReply({ status: 200, location: null, body: Buffer.from(text) }),
  decodeHexText,
  decodeNumber,
  encodeHexText,
  parseMessageDate: (text) => parseMessageDate(text, 'quarters'),
  unsealField: (text) => unsealField(text, KEY),
  takeCookies: (text) => formatCookies(takeCookies(new Map(), [text]), false),
  loginForm: (text) => write(SITE, loginForm('sha256_challenge', text, text, { field: 'user', name: text }), text),
  readItems: (text) => readItems(SITE, [text], 0),
  joinRows: (text) => joinRows([text]),
  sendForm: (text) => sendForm(text, text),
  registerKey: (text) => registerKeyForm(text, KEY),
  prepareSubmission: (text) =>
    prepareSubmission({
      to: text.slice(0, 5),
      text,
      flash: false,
      deliveryReport: false,
      validityMinutes: null,
      encoding: 'auto',
    }),
}

/** A value, or a fault of the one kind. */
function withstands(work: () => unknown, what: string): void {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof ModemError, `${what}: ${error}`)
  }
}

describe('noise gives a value or a ModemError', () => {
  for (const [name, parse] of Object.entries(OF_VALUES)) {
    test(`in ${name}, of values`, () => {
      const noise = new Noise(name.length)
      for (let round = 0; round < ROUNDS; round += 1) {
        const values: Record<string, unknown> = JSON.parse('{}')
        for (let count = noise.below(20); count > 0; count -= 1) {
          Object.defineProperty(values, ITEMS[noise.below(ITEMS.length)]!, {
            value: noise.value(),
            enumerable: true,
            configurable: true,
          })
        }
        withstands(() => parse(values), JSON.stringify(values))
      }
    })
  }

  const bodies = FILE.exchanges.flatMap(({ response }) => response.body ?? [])
  for (const [name, parse] of Object.entries(OF_TEXT)) {
    test(`in ${name}, of text and of damaged answers`, () => {
      const noise = new Noise(name.length)
      for (let round = 0; round < ROUNDS; round += 1) {
        const text = round % 2 === 0 ? noise.text(80) : noise.damaged(bodies[noise.below(bodies.length)]!)
        withstands(() => parse(text), JSON.stringify(text))
      }
    })
  }

  test('in parseReply, of octets', () => {
    const noise = new Noise(7)
    for (let round = 0; round < ROUNDS; round += 1) {
      const body = noise.octets(200)
      withstands(
        () => parseReply({ status: noise.below(600), location: null, body }),
        Buffer.from(body).toString('hex'),
      )
    }
  })

  test('in an answer that is cut anywhere', () => {
    for (const body of bodies) {
      for (let end = 0; end < body.length; end += 1) {
        withstands(() => parseReply({ status: 200, location: null, body: Buffer.from(body.slice(0, end)) }), body)
      }
    }
  })
})
